/* Where the tests find what was built with them: mlpc and the runtime libraries. */
#ifndef TESTS_BUILD_FOLDER_H
#define TESTS_BUILD_FOLDER_H

/* The folder above that of the running test program, as an absolute path. */
const char *build_folder(void);

#endif
