/* Numbers → short texts. */
#include "host/text.h"

#include <math.h>
#include <stdio.h>

const char *mlp_number_text(char buffer[MLP_NUMBER_TEXT], double value)
{
	static const struct {
		double below;
		const char *format;
	} FORMS[] = {{1e-3, "%.2e"}, {10, "%.4f"},    {100, "%.3f"},
	             {1000, "%.2f"}, {10000, "%.1f"}, {INFINITY, "%.2e"}};
	int i = 0;
	while (fabs(value) >= FORMS[i].below && FORMS[i].below < INFINITY)
		i++;
	snprintf(buffer, MLP_NUMBER_TEXT, value == 0 ? "%.4f" : FORMS[i].format, value);
	return buffer;
}

const char *mlp_grouped_text(char buffer[MLP_NUMBER_TEXT], int64_t value)
{
	char digits[24];
	int length = snprintf(digits, sizeof digits, "%lld", (long long)value), at = 0;
	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0 && length > 4)
			buffer[at++] = ' ';
		buffer[at++] = digits[i];
	}
	buffer[at] = '\0';
	return buffer;
}

const char *mlp_time_text(char buffer[MLP_NUMBER_TEXT], double seconds)
{
	if (seconds < 0.0995)
		snprintf(buffer, MLP_NUMBER_TEXT, "%.*f ms", 2 * (seconds < 0.00095) + (seconds < 0.00995),
		         1e3 * seconds);
	else if (seconds < 60)
		snprintf(buffer, MLP_NUMBER_TEXT, "%.1f s", seconds);
	else if (seconds < 3600)
		snprintf(buffer, MLP_NUMBER_TEXT, "%d:%02d min", (int)seconds / 60, (int)seconds % 60);
	else
		snprintf(buffer, MLP_NUMBER_TEXT, "%d:%02d h", (int)(seconds / 3600),
		         (int)(seconds / 60) % 60);
	return buffer;
}
