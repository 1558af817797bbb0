/* Watches and slows fsync and fdatasync of the process it is preloaded into (LD_PRELOAD). Three environment variables:
 *
 *   FSYNC_DELAY_MS  sleep so many milliseconds before each sync, as a slow disk would
 *   FSYNC_LOG       append a line "START END PATH" for each sync, nanoseconds of CLOCK_MONOTONIC
 *   FSYNC_IMAGE     a folder: after each sync, keep a copy of the file as it is now, under its own name. What stands
 *                   there is what a power cut would leave, on a disk that keeps nothing it was not told to keep.
 *
 * Build: cc -shared -fPIC -O2 -o fsync.so fsync.c -ldl -lpthread
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static long long now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void path_of(int fd, char *path)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = '\0';
}

static void slow_down(void)
{
    const char *milliseconds = getenv("FSYNC_DELAY_MS");
    if (milliseconds == NULL)
        return;
    long delay = atol(milliseconds);
    struct timespec time = {delay / 1000, delay % 1000 * 1000000};
    nanosleep(&time, NULL);
}

/* Read through the given descriptor only: to open the file again and close it would drop SQLite's locks on it. */
static void copy(int fd, int into)
{
    static char buffer[1 << 16];
    off_t offset = 0;
    ssize_t length;
    while ((length = pread(fd, buffer, sizeof buffer, offset)) > 0) {
        if (write(into, buffer, length) != length)
            abort();
        offset += length;
    }
}

/* A rollback journal is left out: its removal, which is SQLite's commit outside of WAL mode, is not followed here. */
static int is_journal(const char *name)
{
    size_t length = strlen(name), ending = strlen("-journal");
    return length > ending && strcmp(name + length - ending, "-journal") == 0;
}

static void keep_image(int fd, const char *path)
{
    const char *folder = getenv("FSYNC_IMAGE");
    const char *name = strrchr(path, '/');
    struct stat status;
    char target[2 * PATH_MAX], unfinished[2 * PATH_MAX + 16];
    if (folder == NULL || name == NULL || is_journal(name) || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return;
    snprintf(target, sizeof target, "%s%s", folder, name);
    snprintf(unfinished, sizeof unfinished, "%s.unfinished", target);
    int into = open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (into < 0)
        return;
    copy(fd, into);
    close(into);
    rename(unfinished, target);
}

static void note(long long start, long long end, const char *path)
{
    const char *log = getenv("FSYNC_LOG");
    char line[PATH_MAX + 64];
    if (log == NULL)
        return;
    int length = snprintf(line, sizeof line, "%lld %lld %s\n", start, end, path);
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    if (write(fd, line, length) != length)
        abort();
    close(fd);
}

static int watched(const char *name, int fd)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    char path[PATH_MAX];
    long long start = now_ns();
    slow_down();
    int result = real(fd);
    path_of(fd, path);
    if (result == 0) {
        pthread_mutex_lock(&one_at_a_time);
        keep_image(fd, path);
        note(start, now_ns(), path);
        pthread_mutex_unlock(&one_at_a_time);
    }
    return result;
}

int fsync(int fd)
{
    return watched("fsync", fd);
}

int fdatasync(int fd)
{
    return watched("fdatasync", fd);
}
