/* Built programs under $XDG_CACHE_HOME/mlpc or ~/.cache/mlpc, named by the checksum of all that they are made
 * of. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "cli/cli.h"

static void add(XXH3_state_t *state, const char *text)
{
	XXH3_128bits_update(state, text, strlen(text) + 1);
}

/* A library counts by its size and the time of its last change. */
static void add_file(XXH3_state_t *state, const char *path)
{
	struct stat file;
	add(state, path);
	if (stat(path, &file) != 0)
		return;
	const long long numbers[] = {file.st_size, file.st_mtim.tv_sec, file.st_mtim.tv_nsec};
	XXH3_128bits_update(state, numbers, sizeof numbers);
}

/* -march=native: the home folder may be shared by machines with other instructions. */
static void add_processor(XXH3_state_t *state)
{
	char line[8192];
	FILE *file = fopen("/proc/cpuinfo", "re");
	while (file && fgets(line, sizeof line, file) && line[0] != '\n')
		if (strncmp(line, "model name", 10) == 0 || strncmp(line, "flags", 5) == 0 ||
		    strncmp(line, "Features", 8) == 0)
			add(state, line);
	if (file)
		fclose(file);
}

static const char *folder(struct arena *arena)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	if (!cache || *cache != '/')
		cache = home && *home == '/' ? format_string(arena, "%s/.cache", home) : NULL;
	if (!cache || (mkdir(cache, 0700) != 0 && errno != EEXIST))
		return NULL;
	return format_string(arena, "%s/mlpc", cache);
}

const char *cache_path(struct arena *arena, const struct build *build)
{
	const char *where = folder(arena);
	if (!where || (mkdir(where, 0700) != 0 && errno != EEXIST))
		return NULL;
	XXH3_state_t *state = XXH3_createState();
	if (!state)
		return NULL;
	XXH3_128bits_reset(state);
	add(state, build->generated.header);
	add(state, build->generated.source);
	add(state, build->generated.driver);
	for (size_t k = 0; k < build->compiler.count; k++)
		add(state, build->compiler.items[k]);
	for (int k = 0; build_flags[k]; k++)
		add(state, build_flags[k]);
	add_file(state, build->runtime.ground);
	add_file(state, build->runtime.host);
	add_processor(state);
	XXH128_hash_t sum = XXH3_128bits_digest(state);
	XXH3_freeState(state);
	return format_string(arena, "%s/%s-%016llx%016llx", where, build->name,
	                     (unsigned long long)sum.high64, (unsigned long long)sum.low64);
}

bool cache_has(const char *path)
{
	return access(path, X_OK) == 0;
}

static bool copy(int from, int to)
{
	char bytes[1 << 16];
	ssize_t count;
	for (off_t at = 0; (count = pread(from, bytes, sizeof bytes, at)) > 0; at += count)
		if (write(to, bytes, (size_t)count) != count)
			return false;
	return count == 0 && fsync(to) == 0;
}

void cache_store(struct arena *arena, const char *path, int program)
{
	const char *pattern = format_string(arena, "%s.XXXXXX", path);
	char *beside = arena_copy(arena, pattern, strlen(pattern));
	int file = mkstemp(beside);
	if (file < 0)
		return;
	bool well = copy(program, file) && fchmod(file, 0700) == 0;
	well = close(file) == 0 && well;
	if (!well || rename(beside, path) != 0)
		unlink(beside);
}
