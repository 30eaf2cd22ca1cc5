// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The demo firmware: checks that it arrived whole in both memories, says so, then plays with its
 * assets. It is what swdrom's demo and tests write: real code, a real linker script, data in the
 * memory-mapped QUADSPI flash.
 *
 * Registers: RM0351 rev 9, chapters 6 (RCC), 8 (GPIO), 17 (QUADSPI); PM0214 for the core.
 */
#include <complex.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

#define REG(a) (*(volatile uint32_t *)(a))

#define RCC_AHB2ENR REG(0x4002104c)
#define RCC_AHB3ENR REG(0x40021050)

#define GPIOB_MODER   REG(0x48000400)
#define GPIOB_ODR     REG(0x48000414)
#define GPIOE_MODER   REG(0x48001000)
#define GPIOE_OSPEEDR REG(0x48001008)
#define GPIOE_PUPDR   REG(0x4800100c)
#define GPIOE_AFRH    REG(0x48001024)

#define QUADSPI_CR  REG(0xa0001000)
#define QUADSPI_DCR REG(0xa0001004)
#define QUADSPI_SR  REG(0xa0001008)
#define QUADSPI_FCR REG(0xa000100c)
#define QUADSPI_DLR REG(0xa0001010)
#define QUADSPI_CCR REG(0xa0001014)
#define QUADSPI_AR  REG(0xa0001018)
#define QUADSPI_DR  REG(0xa0001020)

#define CR_EN	 (1u << 0)
#define CR_ABORT (1u << 1)
#define SR_TCF	 (1u << 1)
#define SR_BUSY	 (1u << 5)

#define QSPI_WINDOW 0x90000000u

struct asset {
	char name[16];
	uint32_t offset, len, crc, kind;
};

struct asset_table {
	char magic[8]; /* "ASSETS1" */
	uint32_t n, total;
	struct asset entry[];
};

extern const uint8_t _flash_seal_load[4];
extern const int16_t wavetable[8][4096];

__attribute__((section(".report"), used)) static volatile struct report report;
__attribute__((section(".seal"), used)) static volatile uint32_t seal = 0xffffffffu;

/* ---- console: ITM stimulus port 0 when tracing, else semihosting when a debugger is there ---- */

static int debugger_present(void)
{
	return REG(0xe000edf0) & 1; /* DHCSR.C_DEBUGEN */
}

void console_write(const char *text, int len);
void console_write(const char *text, int len)
{
	if ((REG(0xe000edfc) & (1u << 24)) && (REG(0xe0000e80) & 1) && (REG(0xe0000e00) & 1)) {
		for (int i = 0; i < len; i++) {
			for (int spin = 1000; spin && !(REG(0xe0000000) & 1); spin--)
				;
			*(volatile uint8_t *)0xe0000000 = (uint8_t)text[i];
		}
	} else if (debugger_present() && report.semihost == REPORT_SEMIHOST) {
		struct {
			uint32_t fd;
			const char *text;
			uint32_t len;
		} arg = { 1, text, (uint32_t)len };
		register uint32_t r0 __asm("r0") = 5; /* SYS_WRITE */
		register void *r1 __asm("r1") = &arg;

		__asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
	}
}

/* ---- CRC-32 (zlib's), a table as every firmware has one ---- */

static uint32_t crc_table[256];

static void crc_init(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int k = 0; k < 8; k++)
			c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
		crc_table[i] = c;
	}
}

static uint32_t crc32(const uint8_t *p, size_t len)
{
	uint32_t c = 0xffffffffu;

	while (len--)
		c = crc_table[(c ^ *p++) & 0xff] ^ (c >> 8);
	return ~c;
}

/* ---- QUADSPI: pins, one indirect read (JEDEC ID), then memory mapped ---- */

static void qspi_pins(void)
{
	RCC_AHB2ENR |= 1u << 4; /* GPIOE */
	(void)RCC_AHB2ENR;
	/* PE10 CLK, PE11 NCS, PE12-15 IO0-3: AF10, very high speed, NCS pulled up */
	GPIOE_AFRH = (GPIOE_AFRH & 0x000000ffu) | 0xaaaaaa00u;
	GPIOE_OSPEEDR |= 0xfff00000u;
	GPIOE_PUPDR = (GPIOE_PUPDR & 0x000fffffu) | 1u << 22;
	GPIOE_MODER = (GPIOE_MODER & 0x000fffffu) | 0xaaa00000u;
}

static int qspi_wait(uint32_t mask, uint32_t want)
{
	for (int spin = 100000; spin; spin--)
		if ((QUADSPI_SR & mask) == want)
			return 0;
	return -1;
}

static uint32_t qspi_jedec_id(void)
{
	uint32_t id;

	QUADSPI_FCR = 0x1b;
	QUADSPI_DLR = 2;
	QUADSPI_CCR = 1u << 26 | 1u << 24 | 1u << 8 | 0x9f; /* indirect read, 1 line, 9Fh */
	if (qspi_wait(SR_TCF, SR_TCF))
		return 0;
	id = QUADSPI_DR & 0xffffff;
	QUADSPI_CR |= CR_ABORT; /* ES0250: an extra byte may sit in the FIFO */
	qspi_wait(SR_BUSY, 0);
	while (QUADSPI_CR & CR_ABORT)
		;
	QUADSPI_FCR = 0x1b;
	return id;
}

static void qspi_map(void)
{
	RCC_AHB3ENR |= 1u << 8;
	(void)RCC_AHB3ENR;
	qspi_pins();
	QUADSPI_CR = 0;
	QUADSPI_DCR = 23u << 16 | 1u << 8; /* 16 MiB, 2 cycles of NCS high */
	QUADSPI_CR = CR_EN;		   /* HCLK / 1 = 4 MHz after reset */
	report.jedec_id = qspi_jedec_id();
	QUADSPI_AR = 0; /* ES0250: AR must be 0 before memory-mapped mode */
	QUADSPI_CR |= CR_ABORT;
	while (QUADSPI_CR & CR_ABORT)
		;
	/* memory mapped, 0Bh fast read, 24-bit address, 8 dummy cycles, all on one line */
	QUADSPI_CCR = 3u << 26 | 1u << 24 | 8u << 18 | 2u << 12 | 1u << 10 | 1u << 8 | 0x0b;
}

/* ---- the self-check ---- */

static int check_flash(void)
{
	const uint8_t *start = (const uint8_t *)0x08000000;
	size_t len = (size_t)(_flash_seal_load - start);

	memcpy((void *)(uintptr_t)&report.flash_want, _flash_seal_load, 4);
	report.flash_bytes = len;
	report.flash_crc = crc32(start, len);
	return report.flash_crc == report.flash_want;
}

static int check_assets(void)
{
	const struct asset_table *t = (const struct asset_table *)QSPI_WINDOW;

	if (memcmp(t->magic, "ASSETS1", 8) || t->n > 64)
		return 0;
	for (uint32_t i = 0; i < t->n; i++) {
		const struct asset *a = &t->entry[i];

		report.n_assets++;
		report.asset_bytes += a->len;
		if (a->offset > t->total || a->len > t->total - a->offset ||
		    crc32((const uint8_t *)QSPI_WINDOW + a->offset, a->len) != a->crc)
			report.n_assets_bad++;
	}
	return t->n && !report.n_assets_bad;
}

/* ---- something to do: a tone from the wavetables, its spectrum, printed ---- */

static int by_magnitude(const void *a, const void *b)
{
	double x = cabs(*(const double complex *)a), y = cabs(*(const double complex *)b);

	return (x < y) - (x > y);
}

static void fft(double complex *x, int n)
{
	if (n < 2)
		return;
	double complex *even = malloc(sizeof(*even) * (size_t)n), *odd = even + n / 2;

	if (!even)
		return;
	for (int i = 0; i < n / 2; i++) {
		even[i] = x[2 * i];
		odd[i] = x[2 * i + 1];
	}
	fft(even, n / 2);
	fft(odd, n / 2);
	for (int i = 0; i < n / 2; i++) {
		double complex w = cexp(-2 * M_PI * I * i / n) * odd[i];

		x[i] = even[i] + w;
		x[i + n / 2] = even[i] - w;
	}
	free(even);
}

static void play(unsigned int table)
{
	enum { N = 256 };
	double complex *x = malloc(sizeof(*x) * N);
	double power = 0;

	if (!x)
		return;
	for (int i = 0; i < N; i++)
		x[i] = wavetable[table % 8][i * 16] / 32768.0;
	fft(x, N);
	for (int i = 0; i < N; i++)
		power += pow(cabs(x[i]), 2);
	qsort(x, N, sizeof(*x), by_magnitude);
	printf("table %u: strongest %.3f, %.1f dB, entropy %.4g\n", table % 8, cabs(x[0]),
	       10 * log10(power / N + 1e-12), lgamma(1 + cabs(x[0])) + strtod("0.25", NULL));
	free(x);
}

int main(void)
{
	int ok;

	memset((void *)(uintptr_t)&report, 0, offsetof(struct report, semihost));
	report.magic = REPORT_MAGIC;
	report.state = REPORT_STARTED;
	RCC_AHB2ENR |= 1u << 1; /* GPIOB: LD4 on PB2 */
	(void)RCC_AHB2ENR;
	GPIOB_MODER = (GPIOB_MODER & ~(3u << 4)) | 1u << 4;
	crc_init();
	qspi_map();
	report.state = REPORT_CHECKING;
	ok = check_flash() & check_assets();
	report.state = ok ? REPORT_PASSED : REPORT_FAILED;
	printf("demo: flash %lu bytes %s, %lu assets (%lu bytes) %s\n",
	       (unsigned long)report.flash_bytes,
	       report.flash_crc == report.flash_want ? "ok" : "BAD",
	       (unsigned long)report.n_assets, (unsigned long)report.asset_bytes,
	       report.n_assets_bad ? "BAD" : "ok");
	for (;;) {
		GPIOB_ODR ^= 1u << 2;
		play(report.heartbeat++);
	}
}
