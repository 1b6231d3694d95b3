/* Where statements end: tokens with line ends → tokens in statements, and the brackets that do not match.
 *
 * A line end counts at the top level and between { }, unless the token before it cannot end a statement or
 * the token after it continues one. A line that can only begin a statement ends whatever is still open. */
#include "syntax/tokens.h"

#include "parser.tab.h"

enum { MOST = SYNTAX_MOST_NESTING };

struct bracket {
	struct token token;
	size_t begin;  /* of a brace: the statement that it belongs to … */
	bool broken;   /* … and whether that is to be left out */
};

struct split {
	struct arena *arena;
	struct diag *diag;
	const struct source *source;
	token_array in, out;
	struct bracket *open; /* room for MOST */
	size_t depth;         /* may exceed MOST: those brackets are not in `open` */
	size_t top_begin;     /* in `out`: the first token of the statement at the top level … */
	size_t begin;         /* … and of the innermost statement */
	size_t next_brace;    /* in `in`: the first brace not before the place last asked about */
	bool broken;          /* the innermost statement is to be left out … */
	bool too_deep;        /* … after the message about its nesting, which is enough */
};

static bool one_of(int kind, const int *kinds)
{
	while (*kinds && *kinds != kind)
		kinds++;
	return *kinds != 0;
}

static bool is_operator(int kind)
{
	static const int OPERATORS[] = {'+', '-', '*', '/', '^', '<', '>', TOKEN_AT_MOST, TOKEN_AT_LEAST,
	                                TOKEN_EQUAL, TOKEN_UNEQUAL, TOKEN_AND, TOKEN_OR, 0};
	return one_of(kind, OPERATORS);
}

static bool can_end(int kind)
{
	static const int NEVER[] = {TOKEN_NOT,  TOKEN_IF, TOKEN_THEN, TOKEN_ELSE,
	                            TOKEN_DOTS, ',', '=', ':', '{', 0};
	return !is_operator(kind) && !one_of(kind, NEVER);
}

static bool can_begin(int kind)
{
	static const int NEVER[] = {TOKEN_THEN, TOKEN_ELSE, ')', '{', '}', 0};
	return !is_operator(kind) && !one_of(kind, NEVER);
}

static int in_kind(const struct split *split, size_t at)
{
	return at < split->in.count ? split->in.items[at].kind : 0;
}

/* A statement word before something that cannot follow a name: nothing but the beginning of a statement. */
static bool begins_statement(const struct split *split, size_t at)
{
	static const int FOLLOWERS[] = {TOKEN_NAME, TOKEN_STRING, TOKEN_NUMBER, TOKEN_IF, TOKEN_NOT, '{', 0};
	const struct word *word = token_word(in_kind(split, at));
	if (!word || !(word->places & (WORD_TOP | WORD_BODY)))
		return false;
	int follower = in_kind(split, at + 1);
	const struct word *soft = token_word(follower);
	return one_of(follower, FOLLOWERS) || (soft && soft->places != WORD_RESERVED);
}

static int innermost(const struct split *split)
{
	if (split->depth == 0)
		return 0;
	return split->depth <= MOST ? split->open[split->depth - 1].token.kind : '(';
}

static void report_unclosed(const struct split *split, const struct token *token)
{
	if (split->too_deep)
		return;
	diag_error(split->diag, token_span(split->source, token), "unclosed", "this `%c` is never closed",
	           token->kind);
}

/* Closes the brackets above `depth`, each with a message. */
static void close_to(struct split *split, size_t depth)
{
	for (; split->depth > depth; split->depth--) {
		if (split->depth <= MOST)
			report_unclosed(split, &split->open[split->depth - 1].token);
		split->broken = true;
	}
}

static void push(struct split *split, struct token token)
{
	array_push(split->arena, &split->out, token);
}

/* Leaves a broken statement out. True if something of the innermost statement is there. */
static bool finish(struct split *split)
{
	if (split->broken)
		split->out.count = split->begin;
	split->broken = split->too_deep = false;
	return split->out.count > split->begin;
}

/* The end of a statement, where `next` begins. */
static void end_statement(struct split *split, struct token next)
{
	bool body = innermost(split) == '{';
	if (finish(split))
		push(split, (struct token){
			.kind = body ? TOKEN_EOL : 0, .start = next.start, .end = next.start});
	split->begin = split->out.count;
	if (!body)
		split->top_begin = split->begin;
}

/* Goes back from a body to the statement that it belongs to. */
static void close_brace(struct split *split, struct token brace)
{
	finish(split);
	struct bracket open = split->open[--split->depth];
	split->begin = open.begin;
	split->broken = open.broken;
	brace.kind = '}';
	push(split, brace);
}

static void open_bracket(struct split *split, struct token token)
{
	if (split->depth == MOST) {
		diag_error(split->diag, token_span(split->source, &token), "nesting",
		           "brackets are nested more than %d deep", MOST);
		split->broken = split->too_deep = true;
	}
	if (split->depth++ >= MOST)
		return;
	split->open[split->depth - 1] = (struct bracket){token, split->begin, split->broken};
	push(split, token);
	if (token.kind == '{') {
		split->begin = split->out.count;
		split->broken = false;
	}
}

/* The depth below the bracket that this one closes; a brace is closed by a brace only. 0 if there is none. */
static size_t partner(const struct split *split, int closing)
{
	int opening = closing == ')' ? '(' : closing == ']' ? '[' : '{';
	for (size_t depth = split->depth < MOST ? split->depth : MOST; depth > 0; depth--) {
		int kind = split->open[depth - 1].token.kind;
		if (kind == opening)
			return depth;
		if (kind == '{')
			return 0;
	}
	return 0;
}

static void close_bracket(struct split *split, struct token token)
{
	if (split->depth > MOST && token.kind != '}') {
		split->depth--;
		return;
	}
	size_t depth = partner(split, token.kind);
	if (depth == 0) {
		diag_error(split->diag, token_span(split->source, &token), "unclosed",
		           "there is no open bracket that this `%c` could close", token.kind);
		split->broken = true;
		return;
	}
	close_to(split, depth);
	if (token.kind == '}') {
		close_brace(split, token);
		return;
	}
	split->depth--;
	push(split, token);
}

/* Whether the braces that are open at `at` are closed before others are opened. */
static bool closed_later(struct split *split, size_t at)
{
	if (split->next_brace < at)
		split->next_brace = at;
	while (in_kind(split, split->next_brace) && in_kind(split, split->next_brace) != '{' &&
	       in_kind(split, split->next_brace) != '}')
		split->next_brace++;
	return in_kind(split, split->next_brace) == '}';
}

/* A body ends at a statement that cannot stand in it, if it has no end of its own. */
static bool leaves_body(struct split *split, size_t at)
{
	int kind = split->out.items[split->top_begin].kind;
	unsigned places = token_word(in_kind(split, at))->places;
	bool settings = kind == TOKEN_TRAIN || kind == TOKEN_DATA;
	return (settings ? places & WORD_TOP : !(places & WORD_BODY)) && !closed_later(split, at);
}

/* The depth of the innermost brace: what is above it are ( and [. */
static size_t brace_depth(const struct split *split)
{
	size_t depth = split->depth < MOST ? split->depth : MOST;
	while (depth > 0 && split->open[depth - 1].token.kind != '{')
		depth--;
	return depth;
}

/* Ends all that is open where `next` begins. */
static void end_everything(struct split *split, struct token next)
{
	size_t depth;
	bool too_deep = split->too_deep;
	while ((depth = brace_depth(split)) > 0) {
		split->too_deep = too_deep;
		close_to(split, depth);
		report_unclosed(split, &split->open[depth - 1].token);
		close_brace(split, (struct token){.start = next.start, .end = next.start});
	}
	split->too_deep = too_deep;
	split->broken |= too_deep;
	close_to(split, 0);
	end_statement(split, next);
}

/* Line ends before `at`. */
static void line_end(struct split *split, size_t at)
{
	struct token next = split->in.items[at];
	if (begins_statement(split, at)) {
		close_to(split, brace_depth(split));
		if (split->depth > 0 && leaves_body(split, at))
			end_everything(split, next);
		else
			end_statement(split, next);
		return;
	}
	if ((split->depth > 0 && innermost(split) != '{') || split->out.count == 0)
		return;
	bool closes_body = next.kind == '}' && split->depth > 0;
	bool continues = !can_begin(next.kind) && (next.kind != '}' || closes_body);
	if (split->broken ? !continues : can_end(split->out.items[split->out.count - 1].kind) && !continues)
		end_statement(split, next);
}

static void add(struct split *split, struct token token)
{
	static const int OPENING[] = {'(', '[', '{', 0}, CLOSING[] = {')', ']', '}', 0};
	if (one_of(token.kind, OPENING))
		open_bracket(split, token);
	else if (one_of(token.kind, CLOSING))
		close_bracket(split, token);
	else
		push(split, token);
}

token_array tokens_split(struct arena *arena, struct diag *diag, const struct source *source,
                         token_array tokens)
{
	struct bracket open[MOST];
	struct split split = {.arena = arena, .diag = diag, .source = source, .in = tokens, .open = open};
	size_t i = 0;
	while (i < tokens.count) {
		bool lines = tokens.items[i].kind == TOKEN_EOL;
		while (i < tokens.count && tokens.items[i].kind == TOKEN_EOL)
			i++;
		if (i == tokens.count)
			break;
		if (lines)
			line_end(&split, i);
		add(&split, tokens.items[i++]);
	}
	uint32_t end = (uint32_t)source->length;
	end_everything(&split, (struct token){.start = end, .end = end});
	return split.out;
}
