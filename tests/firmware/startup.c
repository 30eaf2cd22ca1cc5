// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Vector table, reset, faults; and what newlib wants of a system.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

extern uint32_t _data_start, _data_end, _data_load, _bss_start, _bss_end, _stack_top;
extern char _heap_start, _heap_end;
extern void (*__preinit_array_start[])(void), (*__preinit_array_end[])(void);
extern void (*__init_array_start[])(void), (*__init_array_end[])(void);

int main(void);
void Reset_Handler(void);
void _init(void);
void _fini(void);
void console_write(const char *text, int len);

/* any unexpected exception: stay here, where a debugger finds the cause in ICSR.VECTACTIVE */
static void trap(void)
{
	for (;;)
		__asm volatile("wfi");
}

void Reset_Handler(void)
{
	memcpy(&_data_start, &_data_load, (size_t)((char *)&_data_end - (char *)&_data_start));
	memset(&_bss_start, 0, (size_t)((char *)&_bss_end - (char *)&_bss_start));
	*(volatile uint32_t *)0xe000ed88 |= 0xfu << 20; /* CPACR: FPU on (PM0214 4.6.1) */
	__asm volatile("dsb; isb");
	for (void (**fn)(void) = __preinit_array_start; fn < __preinit_array_end; fn++)
		(*fn)();
	for (void (**fn)(void) = __init_array_start; fn < __init_array_end; fn++)
		(*fn)();
	main();
	trap();
}

/* RM0351 table 58: 16 core exceptions and 82 interrupts */
__attribute__((section(".vectors"), used)) static void (*const vectors[16 + 82])(void) = {
	(void (*)(void))&_stack_top,
	Reset_Handler,
	[2 ... 97] = trap,
};

/* ---- newlib ---- */

void _init(void)
{
}

void _fini(void)
{
}

void *_sbrk(int n)
{
	static char *brk = &_heap_start;
	char *old = brk;

	if (n > &_heap_end - brk) {
		errno = ENOMEM;
		return (void *)-1;
	}
	brk += n;
	return old;
}

int _write(int fd, const char *text, int len)
{
	(void)fd;
	console_write(text, len);
	return len;
}

int _read(int fd, char *buf, int len)
{
	(void)fd, (void)buf, (void)len;
	return 0;
}

int _close(int fd)
{
	(void)fd;
	return -1;
}

int _lseek(int fd, int to, int whence)
{
	(void)fd, (void)to, (void)whence;
	return 0;
}

int _fstat(int fd, struct stat *st)
{
	(void)fd;
	st->st_mode = S_IFCHR;
	return 0;
}

int _isatty(int fd)
{
	(void)fd;
	return 1;
}

void _exit(int code)
{
	(void)code;
	trap();
	__builtin_unreachable();
}

int _kill(int pid, int sig)
{
	(void)pid, (void)sig;
	return -1;
}

int _getpid(void)
{
	return 1;
}
