/* Messages about a place: the calls around it, shapes, and where sizes come from. */
#include "model/resolver.h"

#include <stdarg.h>

#include "base/text.h"

enum { MOST_CALL_NOTES = 3 };

/* The innermost calls, and the outermost. */
void note_calls(struct resolver *resolver, const struct frame *frame)
{
	for (int count = 0; frame; frame = frame->outer)
		if (count++ < MOST_CALL_NOTES || !frame->outer)
			diag_note(resolver->diag, frame->call, "in this call of `%s`",
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
	note_calls(r, context->frame);
	return r->poison;
}

void warn(const struct context *context, struct span span, const char *id, const char *format, ...)
{
	struct resolver *r = context->resolver;
	char message[1024];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	diag_warning(r->diag, span, id, "%s", message);
	note_calls(r, context->frame);
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

const char *shape_phrase(struct resolver *resolver, const struct value *value)
{
	struct text text = text_new(resolver->arena);
	text_printf(&text, "%s%s", value->rank == 0 ? "is " : "has shape ", value_shape(resolver, value));
	return text_string(&text);
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
