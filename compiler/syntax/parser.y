/* Tokens → AST, a statement or an expression at a time. Tokens bear the names that messages use. */

%define api.pure full
%define api.location.type {struct span}
%define api.token.prefix {TOKEN_}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%param {struct parse *parse}

%code requires {
#include "syntax/ast_build.h"
}

%code {
/* An empty form stands at the end of what comes before it. */
#define YYLLOC_DEFAULT(whole, parts, count)                                                   \
	((whole) = (count) ? span_join(YYRHSLOC(parts, 1), YYRHSLOC(parts, count))            \
	                   : (struct span){YYRHSLOC(parts, 0).source, YYRHSLOC(parts, 0).end, \
	                                   YYRHSLOC(parts, 0).end})

static const ast_items NONE = {0};

static int yylex(YYSTYPE *value, struct span *span, struct parse *parse);
static void yyerror(struct span *span, struct parse *parse, const char *message);
}

%union {
	double number;
	name_t name;
	struct ast_word word;
	const struct ast_expr *expr;
	struct ast_item item;
	ast_items items;
	struct ast_coding coding;
	struct ast_formal formal;
	ast_formals formals;
	struct ast_setting setting;
	ast_settings settings;
	const struct ast_statement *statement;
	ast_statements statements;
}

%token STATEMENT EXPRESSION BAD
%token END 0 "the end of the line"
%token EOL "a new line"
%token <number> NUMBER "a number"
%token <name> NAME "a name" STRING "a string in quotes"
%token IF "if" THEN "then" ELSE "else" AND "and" OR "or" NOT "not" CLASS "class"
%token EQUAL "==" UNEQUAL "!=" AT_MOST "<=" AT_LEAST ">=" DOTS ".."
%token <name> MODEL "model" USE "use" SIZE "size" INPUT "input" TARGET "target" PARAM "param"
%token <name> LAYER "layer" OUTPUT "output" MINIMIZE "minimize" TRAIN "train" DATA "data"
%token <name> ACTIVATION "activation" LOSS "loss" INIT "init" BLOCK "block" OPTIMIZER "optimizer"
%token <name> STATE "state" STATISTIC "statistic" RETURN "return" STANDARDIZE "standardize" SCALE "scale"

%type <name> word comparison
%type <word> name
%type <expr> expr or and not compared sum product negated power postfix primary column
%type <item> item column_item
%type <items> items dims columns
%type <coding> input_coding target_coding
%type <number> signed
%type <formal> formal
%type <formals> formals formal_list
%type <setting> setting choice
%type <settings> settings setting_list choices choice_list
%type <statement> statement body_statement
%type <statements> body body_list

%start start

%%

start:
    STATEMENT statement   { parse->statement = $2; }
  | EXPRESSION expr       { parse->expr = $2; }
  ;

statement:
    MODEL name                              { $$ = ast_model(parse, @$, $2); }
  | USE STRING                              { $$ = ast_use(parse, @$, $2); }
  | SIZE name '=' expr                      { $$ = ast_equation(parse, @$, AST_SIZE, $2, NONE, $4); }
  | INPUT name dims input_coding            { $$ = ast_data_value(parse, @$, AST_INPUT, $2, $3, $4); }
  | TARGET name dims target_coding          { $$ = ast_data_value(parse, @$, AST_TARGET, $2, $3, $4); }
  | PARAM name dims '=' expr                { $$ = ast_equation(parse, @$, AST_PARAM, $2, $3, $5); }
  | LAYER name dims '=' expr                { $$ = ast_equation(parse, @$, AST_LAYER, $2, $3, $5); }
  | OUTPUT name dims '=' expr               { $$ = ast_equation(parse, @$, AST_OUTPUT, $2, $3, $5); }
  | MINIMIZE expr                           { $$ = ast_minimize(parse, @$, $2); }
  | TRAIN '{' settings '}'                  { $$ = ast_settings_of(parse, @$, AST_TRAIN, $3); }
  | DATA '{' choices '}'                    { $$ = ast_settings_of(parse, @$, AST_DATA, $3); }
  | ACTIVATION name formals '=' expr        { $$ = ast_definition(parse, @$, AST_ACTIVATION, $2, &$3, $5); }
  | LOSS name formals '=' expr              { $$ = ast_definition(parse, @$, AST_LOSS, $2, &$3, $5); }
  | INIT name formals '=' expr              { $$ = ast_definition(parse, @$, AST_INIT, $2, &$3, $5); }
  | INIT name '=' expr                      { $$ = ast_definition(parse, @$, AST_INIT, $2, NULL, $4); }
  | BLOCK name dims formals '{' body '}'    { $$ = ast_body(parse, @$, AST_BLOCK, $2, $3, $4, $6); }
  | OPTIMIZER name formals '{' body '}'     { $$ = ast_body(parse, @$, AST_OPTIMIZER, $2, NONE, $3, $5); }
  ;

input_coding:
    target_coding
  | STANDARDIZE           { $$ = (struct ast_coding){.scaling = SCALING_STANDARDIZE}; }
  | SCALE signed signed   { $$ = (struct ast_coding){.scaling = SCALING_RANGE, .from = $2, .to = $3}; }
  ;

target_coding:
    %empty                { $$ = (struct ast_coding){0}; }
  | CLASS '[' expr ']'    { $$ = (struct ast_coding){.classes = $3}; }
  ;

signed:
    NUMBER
  | '-' NUMBER            { $$ = -$2; }
  ;

dims:
    %empty                { $$ = NONE; }
  | '[' items ']'         { $$ = ast_shape(parse, $2); }
  ;

items:
    item                  { $$ = ast_add_item(parse, NONE, $1); }
  | items ',' item        { $$ = ast_add_item(parse, $1, $3); }
  ;

item:
    expr                  { $$ = ast_value_item(@$, $1); }
  | name ':' expr         { $$ = ast_extent_item(@$, $1, $3); }
  | expr DOTS expr        { $$ = ast_slice_item(@$, $1, $3); }
  | name '=' expr         { $$ = ast_named_item(@$, $1, $3); }
  ;

formals:
    '(' ')'               { $$ = (ast_formals){0}; }
  | '(' formal_list ')'   { $$ = $2; }
  ;

formal_list:
    formal                    { $$ = ast_add_formal(parse, (ast_formals){0}, $1); }
  | formal_list ',' formal    { $$ = ast_add_formal(parse, $1, $3); }
  ;

formal:
    name dims             { $$ = ast_formal(@$, $1, $2, NULL); }
  | name dims '=' expr    { $$ = ast_formal(@$, $1, $2, $4); }
  ;

settings:
    %empty                { $$ = (ast_settings){0}; }
  | setting_list
  | setting_list separator
  ;

setting_list:
    setting                           { $$ = ast_add_setting(parse, (ast_settings){0}, $1); }
  | setting_list separator setting    { $$ = ast_add_setting(parse, $1, $3); }
  ;

setting:
    name '=' expr         { $$ = ast_setting(@$, $1, $3); }
  | error                 { $$ = (struct ast_setting){.value = NULL}; }
  ;

choices:
    %empty                { $$ = (ast_settings){0}; }
  | choice_list
  | choice_list separator
  ;

choice_list:
    choice                          { $$ = ast_add_setting(parse, (ast_settings){0}, $1); }
  | choice_list separator choice    { $$ = ast_add_setting(parse, $1, $3); }
  ;

choice:
    name '=' column           { $$ = ast_setting(@$, $1, $3); }
  | name '=' '[' columns ']'  { $$ = ast_setting(@$, $1, ast_columns(parse, span_join(@3, @5), $4)); }
  | error                     { $$ = (struct ast_setting){.value = NULL}; }
  ;

columns:
    column_item               { $$ = ast_add_item(parse, NONE, $1); }
  | columns ',' column_item   { $$ = ast_add_item(parse, $1, $3); }
  ;

column_item:
    column                    { $$ = ast_value_item(@$, $1); }
  | column DOTS column        { $$ = ast_slice_item(@$, $1, $3); }
  ;

column:
    signed                    { $$ = ast_number(parse, @$, $1); }
  | name                      { $$ = ast_name(parse, $1); }
  | STRING                    { $$ = ast_string(parse, @$, $1); }
  ;

separator:
    ','
  | line_end
  ;

line_end:
    EOL                   { yyerrok; }
  ;

body:
    %empty                { $$ = (ast_statements){0}; }
  | body_list
  | body_list line_end
  ;

body_list:
    body_statement                       { $$ = ast_add_statement(parse, (ast_statements){0}, $1); }
  | body_list line_end body_statement    { $$ = ast_add_statement(parse, $1, $3); }
  ;

body_statement:
    PARAM name dims '=' expr        { $$ = ast_equation(parse, @$, AST_PARAM, $2, $3, $5); }
  | STATE name dims '=' expr        { $$ = ast_equation(parse, @$, AST_STATE, $2, $3, $5); }
  | STATISTIC name dims '=' expr    { $$ = ast_equation(parse, @$, AST_STATISTIC, $2, $3, $5); }
  | RETURN name dims '=' expr       { $$ = ast_equation(parse, @$, AST_RETURN, $2, $3, $5); }
  | name dims '=' expr              { $$ = ast_equation(parse, @$, AST_ASSIGN, $1, $2, $4); }
  | error                           { $$ = NULL; }
  ;

/* --- expressions, from the loosest to the tightest ---------------------------------------------------- */

expr:
    or
  | IF expr THEN expr ELSE expr     { $$ = ast_if(parse, @$, $2, $4, $6); }
  ;

or:
    and
  | or OR and                       { $$ = ast_binary(parse, @$, "or", $1, $3); }
  ;

and:
    not
  | and AND not                     { $$ = ast_binary(parse, @$, "and", $1, $3); }
  ;

not:
    compared
  | NOT not                         { $$ = ast_unary(parse, @$, "not", $2); }
  ;

compared:
    sum
  | sum comparison sum              { $$ = ast_binary(parse, @$, $2, $1, $3); }
  ;

comparison:
    '<'        { $$ = "<"; }
  | '>'        { $$ = ">"; }
  | AT_MOST    { $$ = "<="; }
  | AT_LEAST   { $$ = ">="; }
  | EQUAL      { $$ = "=="; }
  | UNEQUAL    { $$ = "!="; }
  ;

sum:
    product
  | sum '+' product                 { $$ = ast_binary(parse, @$, "+", $1, $3); }
  | sum '-' product                 { $$ = ast_binary(parse, @$, "-", $1, $3); }
  ;

product:
    negated
  | product '*' negated             { $$ = ast_binary(parse, @$, "*", $1, $3); }
  | product '/' negated             { $$ = ast_binary(parse, @$, "/", $1, $3); }
  ;

negated:
    power
  | '-' negated                     { $$ = ast_unary(parse, @$, "-", $2); }
  ;

power:
    postfix
  | postfix '^' negated             { $$ = ast_binary(parse, @$, "^", $1, $3); }
  ;

postfix:
    primary
  | postfix '(' ')'                 { $$ = ast_call(parse, @$, $1, NONE); }
  | postfix '(' items ')'           { $$ = ast_call(parse, @$, $1, $3); }
  | postfix '[' items ']'           { $$ = ast_index(parse, @$, $1, $3); }
  | postfix '.' name                { $$ = ast_member(parse, @$, $1, $3); }
  ;

primary:
    NUMBER                          { $$ = ast_number(parse, @$, $1); }
  | name                            { $$ = ast_name(parse, $1); }
  | '(' expr ')'                    { $$ = $2; }
  | '[' items ']'                   { $$ = ast_array(parse, @$, $2); }
  ;

name:
    word                            { $$ = (struct ast_word){$1, @1}; }
  ;

/* Words that only their place makes special are names elsewhere. */
word:
    NAME | MODEL | USE | SIZE | INPUT | TARGET | PARAM | LAYER | OUTPUT | MINIMIZE | TRAIN | DATA
  | ACTIVATION | LOSS | INIT | BLOCK | OPTIMIZER | STATE | STATISTIC | RETURN | STANDARDIZE | SCALE
  ;

%%

static int yylex(YYSTYPE *value, struct span *span, struct parse *parse)
{
	const struct token *token = &parse->tokens[parse->next];
	*span = token_span(parse->source, token);
	if (parse->start) {
		int start = parse->start;
		parse->start = 0;
		span->end = span->start;
		return start;
	}
	parse->next++;
	if (token->kind == TOKEN_NUMBER)
		value->number = token->value.number;
	else
		value->name = token->value.name;
	return token->kind;
}

static int yyreport_syntax_error(const yypcontext_t *context, struct parse *parse)
{
	const char *names[YYNTOKENS];
	yysymbol_kind_t expected[YYNTOKENS];
	int count = yypcontext_expected_tokens(context, expected, YYNTOKENS);
	if (count < 0)
		arena_exhausted();
	for (int i = 0; i < count; i++)
		names[i] = yysymbol_name(expected[i]);
	syntax_error(parse, names, (size_t)count);
	return 0;
}

/* Called when the stack is full. */
static void yyerror(struct span *span, struct parse *parse, const char *message)
{
	(void)message;
	syntax_too_deep(parse, *span);
}
