/* Constants of the strict functions, written by tests/strict/tables.c. Parts of one number: its first
 * digits, as many as leave products with whole numbers exact, the next ones, and so on. */
#ifndef MLP_STRICT_CONSTANTS_H
#define MLP_STRICT_CONSTANTS_H

#define STEPS_OF_EXP 0x1.71547652b82fep+7 /* 128 / ln 2 */
#define STEP_OF_EXP_HIGH 0x1.62e42fefcp-8 /* ln 2 / 128: 35 digits */
#define STEP_OF_EXP_LOW -0x1.c610ca86c3899p-44 /* 53 more */
#define LN2_HIGH 0x1.62e42fefa38p-1 /* ln 2: 42 digits */
#define LN2_LOW 0x1.ef35793c7673p-45 /* 53 more */
#define STEPS_OF_SINE 0x1.45f306dc9c883p+4 /* 64 / pi */
#define STEP_OF_SINE_HIGH 0x1.921fb5444p-5 /* pi / 64: 35 digits */
#define STEP_OF_SINE_MIDDLE 0x1.68c234c4cp-44 /* 35 more */
#define STEP_OF_SINE_LOW 0x1.98a2e03707345p-82 /* 53 more */
#define STEP_OF_SINE 0x1.921fb54442d18p-5 /* pi / 64: 53 digits */
#define STEP_OF_SINE_REST 0x1.1a62633145c07p-59 /* 53 more */

#endif
