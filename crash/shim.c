/*
 * A disk that forgets, and a witness (LD_PRELOAD; Linux, glibc).
 *
 * The page cache survives `kill -9`, so a killed process alone shows nothing about durability. This
 * library stands between the program and the files below CRASH_SHIM_DATA and does two things:
 *
 * 1. Undo: before a write or truncation it copies what the file held there to CRASH_SHIM_LOG/undo.<inode>;
 *    an fsync or fdatasync of the file empties that log. After the kill, whoever applies the logs
 *    backwards has the disk as a power cut may have left it: everything unsynced is gone.
 * 2. Witness: CRASH_SHIM_LOG/journal lists, in order, the first line of each HTTP request read from and
 *    answer written to a socket, each write to a file, and each sync with its beginning and end.
 *
 * Not seen by it are directory entries (creation, rename, unlink are taken to be durable) and SQLite's
 * shared-memory index (*-shm), which is rebuilt after a crash. Anything that it could not follow
 * (a mapping that can be written, copy_file_range, fallocate of a file below the folder) ends the process
 * with a message, so that a test can't pass on what the shim did not see.
 *
 * CRASH_SHIM_LIE=1 makes every sync a lie: it returns at once and keeps the undo log. Tests use it to show
 * that they would notice.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { UNKNOWN = 0, OTHER, SOCKET, FILE_OF_OURS };

struct descriptor {
    enum kind kind;
    ino_t inode;
    char name[48];
};

#define DESCRIPTORS 65536
static struct descriptor descriptors[DESCRIPTORS];
/* One lock for all files: a sync then covers exactly the writes that ended before it began. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char data_folder[PATH_MAX], log_folder[PATH_MAX];
static size_t data_length;
static int journal = -1;
static int lie;

#define REAL(name) static __typeof__(&name) real_##name;
REAL(read) REAL(readv) REAL(recv) REAL(recvfrom) REAL(recvmsg)
REAL(write) REAL(writev) REAL(send) REAL(sendto) REAL(sendmsg)
REAL(pwrite) REAL(pwrite64) REAL(pwritev) REAL(pwritev64)
REAL(ftruncate) REAL(ftruncate64) REAL(fsync) REAL(fdatasync) REAL(close) REAL(dup2) REAL(dup3)
REAL(mmap) REAL(mmap64) REAL(fallocate) REAL(fallocate64) REAL(posix_fallocate) REAL(posix_fallocate64)
REAL(copy_file_range) REAL(unlink)

static void give_up(const char *what) {
    fprintf(stderr, "crash shim: %s\n", what);
    abort();
}

__attribute__((constructor)) static void begin(void) {
#define FIND(name) if (!(real_##name = (__typeof__(real_##name))dlsym(RTLD_NEXT, #name))) give_up("no " #name);
    FIND(read) FIND(readv) FIND(recv) FIND(recvfrom) FIND(recvmsg)
    FIND(write) FIND(writev) FIND(send) FIND(sendto) FIND(sendmsg)
    FIND(pwrite) FIND(pwrite64) FIND(pwritev) FIND(pwritev64)
    FIND(ftruncate) FIND(ftruncate64) FIND(fsync) FIND(fdatasync) FIND(close) FIND(dup2) FIND(dup3)
    FIND(mmap) FIND(mmap64) FIND(fallocate) FIND(fallocate64) FIND(posix_fallocate) FIND(posix_fallocate64)
    FIND(copy_file_range) FIND(unlink)
    const char *data = getenv("CRASH_SHIM_DATA"), *log = getenv("CRASH_SHIM_LOG");
    if (!data || !log || !realpath(data, data_folder) || !realpath(log, log_folder)) give_up("no folders");
    data_length = strlen(data_folder);
    lie = getenv("CRASH_SHIM_LIE") != NULL;
    char path[PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/journal", log_folder);
    int low = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    /* Out of the way of programs that close low descriptors. */
    journal = fcntl(low, F_DUPFD_CLOEXEC, 900);
    if (low < 0 || journal < 0) give_up("no journal");
    syscall(SYS_close, low);
}

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...) {
    char line[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    if (length > (int)sizeof line - 2) length = sizeof line - 2;
    line[length++] = '\n';
    if (syscall(SYS_write, journal, line, (size_t)length) != length) give_up("the journal is full");
}

/* What a descriptor is; looked up once, forgotten at close. */
static struct descriptor *descriptor(int fd) {
    static struct descriptor other = {OTHER, 0, ""};
    if (fd < 0 || fd >= DESCRIPTORS || fd == journal) return &other;
    struct descriptor *it = &descriptors[fd];
    if (it->kind != UNKNOWN) return it;
    int saved = errno;
    struct stat status;
    enum kind kind = OTHER;
    if (fstat(fd, &status) == 0) {
        if (S_ISSOCK(status.st_mode)) {
            kind = SOCKET;
        } else if (S_ISREG(status.st_mode)) {
            char link[64], path[PATH_MAX];
            snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
            ssize_t length = readlink(link, path, sizeof path - 1);
            path[length < 0 ? 0 : length] = 0;
            size_t end = strlen(path);
            int index = end > 4 && strcmp(path + end - 4, "-shm") == 0;
            if (strncmp(path, data_folder, data_length) == 0 && path[data_length] == '/' && !index) {
                it->inode = status.st_ino;
                snprintf(it->name, sizeof it->name, "%.47s", path + data_length + 1);
                kind = FILE_OF_OURS;
            }
        }
    }
    it->kind = kind;
    errno = saved;
    return it;
}

static void forget(int fd) {
    if (fd >= 0 && fd < DESCRIPTORS) descriptors[fd].kind = UNKNOWN;
}

/* One undo record: the size before, then where and how many old bytes follow. All numbers little endian. */
struct record {
    uint64_t size, offset, length;
};

/* Reads old bytes through the program's own descriptor where that can read. Where not, another is opened
 * and stays open: closing any descriptor of a file drops the process's POSIX locks on it, SQLite's too. */
static void read_old(int fd, char *into, uint64_t offset, uint64_t length) {
    static int readers[DESCRIPTORS];
    static ino_t readers_of[DESCRIPTORS];
    int from = fd;
    if ((fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY) {
        if (!readers[fd] || readers_of[fd] != descriptors[fd].inode) {
            char link[64];
            snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
            readers[fd] = (int)syscall(SYS_openat, AT_FDCWD, link, O_RDONLY | O_CLOEXEC, 0);
            readers_of[fd] = descriptors[fd].inode;
        }
        from = readers[fd];
    }
    for (uint64_t done = 0; done < length;) {
        ssize_t got = pread(from, into + done, length - done, (off_t)(offset + done));
        if (got <= 0) give_up("a file can't be read");
        done += (uint64_t)got;
    }
}

/* Keeps what [offset, offset + length) holds now. With the lock held. */
static void keep(int fd, const struct descriptor *it, uint64_t offset, uint64_t length) {
    int saved = errno;
    struct stat status;
    if (fstat(fd, &status) != 0) give_up("fstat");
    uint64_t size = (uint64_t)status.st_size;
    uint64_t held = offset >= size ? 0 : (size - offset < length ? size - offset : length);
    size_t total = sizeof(struct record) + held;
    char *buffer = malloc(total);
    if (!buffer) give_up("no memory");
    struct record record = {size, offset, held};
    memcpy(buffer, &record, sizeof record);
    read_old(fd, buffer + sizeof record, offset, held);
    char path[PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/undo.%llu", log_folder, (unsigned long long)it->inode);
    int undo = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (undo < 0 || syscall(SYS_write, undo, buffer, total) != (long)total) give_up("no undo log");
    syscall(SYS_close, undo);
    free(buffer);
    errno = saved;
}

/* Everything of this file is on the disk: nothing of it can be undone. With the lock held. */
static void settle(const struct descriptor *it) {
    char path[PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/undo.%llu", log_folder, (unsigned long long)it->inode);
    if (syscall(SYS_truncate, path, 0L) != 0 && errno != ENOENT) give_up("an undo log can't be emptied");
}

/* ---- files ---- */

static uint64_t position(int fd) {
    struct stat status;
    if (fcntl(fd, F_GETFL) & O_APPEND) return fstat(fd, &status) == 0 ? (uint64_t)status.st_size : 0;
    off_t at = lseek(fd, 0, SEEK_CUR);
    if (at < 0) give_up("lseek");
    return (uint64_t)at;
}

static size_t total_length(const struct iovec *parts, int count) {
    size_t total = 0;
    for (int i = 0; i < count; i++) total += parts[i].iov_len;
    return total;
}

#define AROUND_WRITE(fd, offset, length, call)                               \
    do {                                                                     \
        struct descriptor *it = descriptor(fd);                              \
        if (it->kind != FILE_OF_OURS) return call;                           \
        pthread_mutex_lock(&lock);                                           \
        uint64_t at = (offset);                                              \
        keep(fd, it, at, length);                                            \
        note("write %s %llu", it->name, (unsigned long long)(length));       \
        __typeof__(call) result = call;                                      \
        int saved = errno;                                                   \
        pthread_mutex_unlock(&lock);                                         \
        errno = saved;                                                       \
        return result;                                                       \
    } while (0)

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at_) {
    AROUND_WRITE(fd, (uint64_t)at_, length, real_pwrite(fd, bytes, length, at_));
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at_) {
    AROUND_WRITE(fd, (uint64_t)at_, length, real_pwrite64(fd, bytes, length, at_));
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at_) {
    AROUND_WRITE(fd, (uint64_t)at_, total_length(parts, count), real_pwritev(fd, parts, count, at_));
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at_) {
    AROUND_WRITE(fd, (uint64_t)at_, total_length(parts, count), real_pwritev64(fd, parts, count, at_));
}

static void keep_cut_tail(int fd, const struct descriptor *it, uint64_t length) {
    struct stat status;
    if (fstat(fd, &status) != 0) give_up("fstat");
    uint64_t size = (uint64_t)status.st_size;
    keep(fd, it, length, size > length ? size - length : 0);
}

#define AROUND_TRUNCATE(fd, length, call)                                    \
    do {                                                                     \
        struct descriptor *it = descriptor(fd);                              \
        if (it->kind != FILE_OF_OURS) return call;                           \
        pthread_mutex_lock(&lock);                                           \
        keep_cut_tail(fd, it, (uint64_t)(length));                           \
        note("truncate %s %llu", it->name, (unsigned long long)(length));    \
        int result = call;                                                   \
        pthread_mutex_unlock(&lock);                                         \
        return result;                                                       \
    } while (0)

int ftruncate(int fd, off_t length) { AROUND_TRUNCATE(fd, length, real_ftruncate(fd, length)); }
int ftruncate64(int fd, off64_t length) { AROUND_TRUNCATE(fd, length, real_ftruncate64(fd, length)); }

#define AROUND_SYNC(fd, call)                                                \
    do {                                                                     \
        struct descriptor *it = descriptor(fd);                              \
        if (it->kind != FILE_OF_OURS) return call;                           \
        if (lie) return 0;                                                   \
        pthread_mutex_lock(&lock);                                           \
        note("sync-begins %s", it->name);                                    \
        int result = call;                                                   \
        int saved = errno;                                                   \
        if (result == 0) settle(it);                                         \
        note(result == 0 ? "sync-ended %s" : "sync-failed %s", it->name);    \
        pthread_mutex_unlock(&lock);                                         \
        errno = saved;                                                       \
        return result;                                                       \
    } while (0)

int fsync(int fd) { AROUND_SYNC(fd, real_fsync(fd)); }
int fdatasync(int fd) { AROUND_SYNC(fd, real_fdatasync(fd)); }

/* The inode may be given to the next file: what the old one held concerns that one nothing. */
int unlink(const char *path) {
    struct stat status;
    int known = lstat(path, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1;
    pthread_mutex_lock(&lock);
    int result = real_unlink(path);
    int saved = errno;
    if (result == 0 && known) {
        struct descriptor gone = {FILE_OF_OURS, status.st_ino, ""};
        settle(&gone);
    }
    pthread_mutex_unlock(&lock);
    errno = saved;
    return result;
}

/* ---- sockets ---- */

/* The first line of what may be a request or an answer. */
static void witness(int fd, const char *direction, const char *bytes, size_t length) {
    int request = direction[0] == 'r' && length > 5 && (memcmp(bytes, "POST ", 5) == 0 || memcmp(bytes, "GET ", 4) == 0);
    int answer = direction[0] == 'a' && length > 12 && memcmp(bytes, "HTTP/1.", 7) == 0;
    if (!request && !answer) return;
    char line[160];
    size_t end = 0;
    while (end < length && end < sizeof line - 1 && bytes[end] != '\r') {
        line[end] = bytes[end];
        end++;
    }
    line[end] = 0;
    int saved = errno;
    note("%s %d %s", direction, fd, line);
    errno = saved;
}

static void witness_parts(int fd, const char *direction, const struct iovec *parts, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (parts[i].iov_len) {
            witness(fd, direction, parts[i].iov_base, parts[i].iov_len);
            return;
        }
    }
}

#define READS(fd, call, bytes)                                               \
    do {                                                                     \
        ssize_t got = call;                                                  \
        if (got > 0 && descriptor(fd)->kind == SOCKET)                       \
            witness(fd, "request", bytes, (size_t)got);                      \
        return got;                                                          \
    } while (0)

ssize_t read(int fd, void *bytes, size_t length) { READS(fd, real_read(fd, bytes, length), bytes); }
ssize_t recv(int fd, void *bytes, size_t length, int flags) { READS(fd, real_recv(fd, bytes, length, flags), bytes); }
ssize_t recvfrom(int fd, void *bytes, size_t length, int flags, struct sockaddr *from, socklen_t *size) {
    READS(fd, real_recvfrom(fd, bytes, length, flags, from, size), bytes);
}
ssize_t readv(int fd, const struct iovec *parts, int count) {
    ssize_t got = real_readv(fd, parts, count);
    if (got > 0 && descriptor(fd)->kind == SOCKET) witness(fd, "request", parts[0].iov_base, (size_t)got < parts[0].iov_len ? (size_t)got : parts[0].iov_len);
    return got;
}
ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
    ssize_t got = real_recvmsg(fd, message, flags);
    if (got > 0 && descriptor(fd)->kind == SOCKET) witness(fd, "request", message->msg_iov[0].iov_base, (size_t)got < message->msg_iov[0].iov_len ? (size_t)got : message->msg_iov[0].iov_len);
    return got;
}

ssize_t send(int fd, const void *bytes, size_t length, int flags) {
    if (descriptor(fd)->kind == SOCKET) witness(fd, "answer", bytes, length);
    return real_send(fd, bytes, length, flags);
}
ssize_t sendto(int fd, const void *bytes, size_t length, int flags, const struct sockaddr *to, socklen_t size) {
    if (descriptor(fd)->kind == SOCKET) witness(fd, "answer", bytes, length);
    return real_sendto(fd, bytes, length, flags, to, size);
}
ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    if (descriptor(fd)->kind == SOCKET) witness_parts(fd, "answer", message->msg_iov, message->msg_iovlen);
    return real_sendmsg(fd, message, flags);
}
ssize_t write(int fd, const void *bytes, size_t length) {
    if (descriptor(fd)->kind == SOCKET) witness(fd, "answer", bytes, length);
    AROUND_WRITE(fd, position(fd), length, real_write(fd, bytes, length));
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
    if (descriptor(fd)->kind == SOCKET) witness_parts(fd, "answer", parts, (size_t)count);
    AROUND_WRITE(fd, position(fd), total_length(parts, count), real_writev(fd, parts, count));
}

/* ---- descriptors ---- */

int close(int fd) {
    forget(fd);
    return real_close(fd);
}
int dup2(int from, int to) {
    forget(to);
    return real_dup2(from, to);
}
int dup3(int from, int to, int flags) {
    forget(to);
    return real_dup3(from, to, flags);
}

/* ---- what can't be followed ---- */

static void refuse(int fd, const char *what) {
    if (descriptor(fd)->kind == FILE_OF_OURS) give_up(what);
}

#define MAPS(name, offset_type)                                                                     \
    void *name(void *address, size_t length, int protection, int flags, int fd, offset_type at) {   \
        if (fd >= 0 && (protection & PROT_WRITE) && (flags & MAP_SHARED)) refuse(fd, #name);        \
        return real_##name(address, length, protection, flags, fd, at);                             \
    }
MAPS(mmap, off_t)
MAPS(mmap64, off64_t)

#define ALLOCATES(name, offset_type)                                      \
    int name(int fd, int mode, offset_type at, offset_type length) {      \
        refuse(fd, #name);                                                \
        return real_##name(fd, mode, at, length);                         \
    }
ALLOCATES(fallocate, off_t)
ALLOCATES(fallocate64, off64_t)

int posix_fallocate(int fd, off_t at, off_t length) {
    refuse(fd, "posix_fallocate");
    return real_posix_fallocate(fd, at, length);
}
int posix_fallocate64(int fd, off64_t at, off64_t length) {
    refuse(fd, "posix_fallocate64");
    return real_posix_fallocate64(fd, at, length);
}
ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t length, unsigned flags) {
    refuse(to, "copy_file_range");
    return real_copy_file_range(from, from_at, to, to_at, length, flags);
}
