/* Messages about a place: the calls around it, shapes, and where sizes come from. */
#include "model/resolver.h"

#include <stdarg.h>

#include "base/text.h"

enum { MOST_CALL_NOTES = 4 };

static void note_calls(const struct context *context)
{
	int count = 0;
	for (const struct frame *frame = context->frame; frame && count < MOST_CALL_NOTES;
	     frame = frame->outer, count++)
		diag_note(context->resolver->diag, frame->call, "in this use of `%s`",
		          frame->definition->statement->name);
}

const struct value *fail(const struct context *context, struct span span, const char *id, const char *format,
                         ...)
{
	struct resolver *r = context->resolver;
	char message[1024];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	diag_error(r->diag, span, id, "%s", message);
	note_calls(context);
	return r->poison;
}

const char *shape_text(struct resolver *resolver, int rank, struct size *const *dims)
{
	if (rank == 0)
		return "a scalar";
	struct text text = text_new(resolver->arena);
	for (int k = 0; k < rank; k++) {
		text_add(&text, k == 0 ? "[" : ", ");
		int64_t extent = size_extent(dims[k]);
		if (extent > 0)
			text_printf(&text, "%lld", (long long)extent);
		else
			text_add(&text, "?");
	}
	text_add(&text, "]");
	return text_string(&text);
}

const char *value_shape(struct resolver *resolver, const struct value *value)
{
	return shape_text(resolver, value->rank, value->dims);
}

static void note_size(struct resolver *resolver, const struct size *size)
{
	while (size->same)
		size = size->same;
	if (size->origin.source && size->extent > 0)
		diag_note(resolver->diag, size->origin, "%lld comes from here", (long long)size->extent);
}

void note_sizes(struct resolver *resolver, const struct size *a, const struct size *b)
{
	note_size(resolver, a);
	if (a != b)
		note_size(resolver, b);
}
