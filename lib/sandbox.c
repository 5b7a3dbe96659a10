#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox.h"

/* What headers older than Linux 6.2 do not know. */
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

#define READ_FILES LANDLOCK_ACCESS_FS_READ_FILE
#define READ_TREE (READ_FILES | LANDLOCK_ACCESS_FS_READ_DIR)
#define STORE_FILES (READ_FILES | LANDLOCK_ACCESS_FS_WRITE_FILE)
#define STORE_TREE (READ_TREE | STORE_FILES | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR \
	| LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REFER)
#define ALL_OF_THEM ((1ULL << 14) - 1)

/* Since this version of landlock a file may be renamed from one folder to another. */
enum { OLDEST = 2, TRUNCATES = 3 };

static int add_rule(int ruleset, const struct sandbox_path *p, uint64_t handled)
{
	struct landlock_path_beneath_attr beneath = { .parent_fd = p->path ? open(p->path, O_PATH | O_CLOEXEC) : -1 };
	struct stat st;
	bool store = p->use == SANDBOX_STORE;
	long status;

	if (beneath.parent_fd < 0)
		return 0;
	if (fstat(beneath.parent_fd, &st) == 0 && S_ISDIR(st.st_mode))
		beneath.allowed_access = store ? STORE_TREE : READ_TREE;
	else
		beneath.allowed_access = store ? STORE_FILES : READ_FILES;
	if (store)
		beneath.allowed_access |= handled & LANDLOCK_ACCESS_FS_TRUNCATE;
	status = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
	close(beneath.parent_fd);
	return status ? -1 : 0;
}

static void confine_files(const struct sandbox_path *paths, size_t count)
{
	struct landlock_ruleset_attr attr = { .handled_access_fs = ALL_OF_THEM };
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	int ruleset, status = 0;

	if (version < OLDEST)
		return;
	if (version >= TRUNCATES)
		attr.handled_access_fs |= LANDLOCK_ACCESS_FS_TRUNCATE;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
	if (ruleset < 0)
		return;
	for (size_t i = 0; i < count && status == 0; i++)
		status = add_rule(ruleset, &paths[i], attr.handled_access_fs);
	if (status == 0)
		syscall(SYS_landlock_restrict_self, ruleset, 0);
	close(ruleset);
}

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifdef ARCHITECTURE

/*
 * What our programs do, and what libc may do for them: look somebody up through nsswitch.conf, which
 * may talk to a service, and log. No execve, no ptrace, no mount, no change of user or of the clock.
 */
static const short allowed[] = {
	/* what is open */
	SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_pwrite64, SYS_lseek, SYS_close, SYS_fcntl, SYS_flock,
	SYS_fstat, SYS_fstatfs, SYS_fsync, SYS_fdatasync, SYS_ftruncate, SYS_fchmod, SYS_dup, SYS_dup3, SYS_pipe2,
	SYS_ioctl, SYS_getdents64, SYS_fadvise64, SYS_copy_file_range, SYS_sendfile, SYS_close_range,
	/* files by name */
	SYS_openat, SYS_newfstatat, SYS_statx, SYS_statfs, SYS_faccessat, SYS_faccessat2, SYS_readlinkat, SYS_mkdirat,
	SYS_linkat, SYS_unlinkat, SYS_renameat2, SYS_fchmodat, SYS_utimensat, SYS_getcwd, SYS_umask,
	/* sockets */
	SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_sendto, SYS_sendmsg, SYS_sendmmsg, SYS_recvfrom, SYS_recvmsg,
	SYS_recvmmsg, SYS_shutdown, SYS_getsockname, SYS_getpeername, SYS_setsockopt, SYS_getsockopt,
	SYS_ppoll, SYS_pselect6, SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_pwait, SYS_eventfd2,
	/* memory */
	SYS_brk, SYS_mmap, SYS_munmap, SYS_mremap, SYS_mprotect, SYS_madvise,
	/* time */
	SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep, SYS_nanosleep, SYS_gettimeofday,
	/* this process; others it may only make */
	SYS_exit, SYS_exit_group, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack, SYS_restart_syscall,
	SYS_clone, SYS_clone3, SYS_wait4, SYS_waitid, SYS_futex, SYS_set_robust_list, SYS_rseq, SYS_sched_yield, SYS_getpid,
	SYS_gettid, SYS_tgkill, SYS_getppid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid, SYS_getgroups, SYS_prlimit64,
	SYS_getrlimit, SYS_getrusage, SYS_sched_getaffinity, SYS_uname, SYS_sysinfo, SYS_getrandom,
#ifdef __x86_64__
	/* older names of the same */
	SYS_open, SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_mkdir, SYS_link, SYS_unlink, SYS_rename, SYS_renameat,
	SYS_chmod, SYS_dup2, SYS_pipe, SYS_poll, SYS_select, SYS_epoll_create, SYS_epoll_wait, SYS_eventfd, SYS_time,
	SYS_fork, SYS_vfork, SYS_getdents, SYS_arch_prctl,
#endif
};

/* Numbers of calls are less than that. */
enum { NUMBERS = 512, CALLS = sizeof allowed / sizeof allowed[0] };

#define RETURN(what) (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, (what))
#define REFUSED RETURN(SECCOMP_RET_ERRNO | EPERM)
#define UNLESS(test, value) (struct sock_filter)BPF_JUMP(BPF_JMP | (test) | BPF_K, (value), 1, 0)
#define LOAD(field) (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))

/*
 * Ranges of numbers, in order: the kernel runs the filter for every number when it is installed, to know the answers
 * beforehand, and that costs each session. On x86-64 the numbers of the x32 interface are above all of them.
 */
static void confine_calls(void)
{
	static bool may[NUMBERS];
	static struct sock_filter code[5 + 4 * CALLS];
	struct sock_filter *next = code;

	for (size_t i = 0; i < CALLS; i++)
		may[allowed[i]] = true;
	*next++ = LOAD(arch);
	*next++ = UNLESS(BPF_JEQ, ARCHITECTURE);
	*next++ = RETURN(SECCOMP_RET_KILL_PROCESS);
	*next++ = LOAD(nr);
	for (uint32_t first = 0, last; first < NUMBERS; first = last + 1) {
		last = first;
		if (!may[first])
			continue;
		while (last + 1 < NUMBERS && may[last + 1])
			last++;
		*next++ = UNLESS(BPF_JGE, first);
		*next++ = REFUSED;
		*next++ = UNLESS(BPF_JGT, last);
		*next++ = RETURN(SECCOMP_RET_ALLOW);
	}
	*next++ = REFUSED;
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER,
	    &(struct sock_fprog){ .len = (unsigned short)(next - code), .filter = code });
}

#else

static void confine_calls(void)
{
}

#endif

void sandbox_enter(const struct sandbox_path *paths, size_t count)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return;
	confine_files(paths, count);
	confine_calls();
}
