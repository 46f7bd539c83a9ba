/* Makes every fsync and fdatasync take 2 ms more: an ordinary cloud disk on a fast one. Preloaded by the bench. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static void wait_2ms(void) {
    struct timespec left = {0, 2000000};
    while (nanosleep(&left, &left) != 0) {
    }
}

int fsync(int fd) {
    static int (*next)(int);
    if (!next) next = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    wait_2ms();
    return next(fd);
}

int fdatasync(int fd) {
    static int (*next)(int);
    if (!next) next = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    wait_2ms();
    return next(fd);
}
