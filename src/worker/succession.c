#include "worker/succession.h"

#include <linux/futex.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#if __has_include(<sys/rseq.h>)
#include <sys/rseq.h>
#endif

/* Both processes have the same stack, so the former one must not touch it any more: it ends by the instructions behind the call. Returns 0 in
 * the new process, or a negative error number in the old. */
#if defined(__x86_64__)
static long clone_and_exit(unsigned long flags, int *thread_id)
{
    register long r8 __asm__("r8") = 0;
    register int *r10 __asm__("r10") = thread_id;
    long result = SYS_clone;
    __asm__ volatile("syscall\n\t"
                     "testq %%rax, %%rax\n\t"
                     "jle 1f\n\t"
                     "xorl %%edi, %%edi\n\t"
                     "movl %[exit], %%eax\n\t"
                     "syscall\n\t"
                     "hlt\n"
                     "1:"
                     : "+a"(result), "+D"(flags)
                     : "S"(0L), "d"(0L), "r"(r8), "r"(r10), [exit] "i"(SYS_exit_group)
                     : "rcx", "r11", "cc", "memory");
    return result;
}
#elif defined(__aarch64__)
static long clone_and_exit(unsigned long flags, int *thread_id)
{
    register long x8 __asm__("x8") = SYS_clone;
    register long x0 __asm__("x0") = (long) flags;
    register long x1 __asm__("x1") = 0, x2 __asm__("x2") = 0, x3 __asm__("x3") = 0;
    register int *x4 __asm__("x4") = thread_id;
    __asm__ volatile("svc #0\n\t"
                     "cmp x0, #0\n\t"
                     "b.le 1f\n\t"
                     "mov x0, #0\n\t"
                     "mov x8, %[exit]\n\t"
                     "svc #0\n\t"
                     "brk #1\n"
                     "1:"
                     : "+r"(x0), "+r"(x8)
                     : "r"(x1), "r"(x2), "r"(x3), "r"(x4), [exit] "i"(SYS_exit_group)
                     : "cc", "memory");
    return x0;
}
#else
static long clone_and_exit(unsigned long flags, int *thread_id)
{
    (void) flags;
    (void) thread_id;
    return -1;
}
#endif

/* Where the C library keeps the number of the thread, which it writes into the mutexes that it takes; NULL: not known. */
static int *find_thread_id(void)
{
    int *thread_id = NULL;
    return prctl(PR_GET_TID_ADDRESS, &thread_id) == 0 && thread_id && *thread_id == (int) gettid() ? thread_id : NULL;
}

/* The kernel keeps it up to date in each process that asks. */
static void register_rseq(void)
{
#ifdef RSEQ_SIG
    enum { FIRST_SIZE = 32 };
    if (__rseq_size)
        syscall(SYS_rseq, (char *) __builtin_thread_pointer() + __rseq_offset, FIRST_SIZE, 0, RSEQ_SIG);
#endif
}

bool succession_begin(void)
{
    static struct robust_list_head none = {.list = {&none.list}};
    struct robust_list_head *robust;
    size_t size;
    int *thread_id = find_thread_id();
    if (!thread_id || syscall(SYS_get_robust_list, 0, &robust, &size) < 0 || size != sizeof none)
        return false;
    /* What the kernel would do to this memory at the process's end is no longer the process's. */
    syscall(SYS_set_tid_address, NULL);
    syscall(SYS_set_robust_list, &none, size);
    bool is_successor =
        clone_and_exit(CLONE_VM | CLONE_FILES | CLONE_PARENT | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID, thread_id) == 0;
    if (is_successor)
        register_rseq();
    else
        syscall(SYS_set_tid_address, thread_id);
    syscall(SYS_set_robust_list, robust, size);
    return is_successor;
}
