// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Flash cells, their ECC, the data cache and wait states: RM0351 3.3.1 (organisation), 3.3.2 (ECC),
 * 3.3.3 (latency), 3.3.4 (caches).
 *
 * A double word whose programming or erasing was cut short has an ECC that does not fit: it reads a
 * little differently each time and says so in ECCR.
 */
#include "sim/vflash-priv.h"

#include "sim/vrcc.h"

#include <stdlib.h>
#include <string.h>

#define STATE_MAIN     "mcu-flash"
#define STATE_MAIN_BAD "mcu-flash-ecc"
#define STATE_OTP      "mcu-otp"
#define STATE_OTP_BAD  "mcu-otp-ecc"

#define ACR_LATENCY    7u
#define ACR_DCEN       BIT(10)

#define ECCR_BK	       BIT(19)
#define ECCR_SYSF      BIT(20)
#define ECCR_ECCIE     BIT(24)
#define ECCR_ECCC      BIT(30)
#define ECCR_ECCD      BIT(31)

/**
 * vflash_is_dual() - 1 MiB parts always; smaller ones by OPTR.DUALBANK
 * @f: the flash
 */
bool vflash_is_dual(const struct vflash *f)
{
	return f->main.size == MIB(1) || (f->opt_cur[OPT_OPTR] & OPTR_DUALBANK);
}

/**
 * vflash_bank_of() - 0 for bank 1, 1 for bank 2
 * @f: the flash
 * @offset: in main flash
 */
unsigned int vflash_bank_of(const struct vflash *f, u32 offset)
{
	return vflash_is_dual(f) && offset >= f->main.size / 2;
}

/**
 * vflash_is_blank() - is a double word erased
 * @c: main flash or OTP
 * @offset: of the double word
 */
bool vflash_is_blank(const struct cells *c, u32 offset)
{
	return get_le32(c->mem + offset) == ~0u && get_le32(c->mem + offset + 4) == ~0u &&
	       !c->bad[offset / 8];
}

/**
 * vflash_erase_cells() - a finished erase
 * @f: the flash
 * @from: offset in main flash
 * @to: end
 */
void vflash_erase_cells(struct vflash *f, u32 from, u32 to)
{
	memset(f->main.mem + from, 0xff, to - from);
	memset(f->main.bad + from / 8, 0, (to - from) / 8);
}

/**
 * vflash_half_erase() - an erase cut short: cells on their way to 1
 * @f: the flash
 * @from: offset in main flash
 * @to: end
 * @how_far: 0 ... 1 of the erase time had passed
 */
void vflash_half_erase(struct vflash *f, u32 from, u32 to, double how_far)
{
	u32 i, bit;

	for (i = from; i < to; i += 8) {
		if (vflash_is_blank(&f->main, i))
			continue;
		for (bit = 0; bit < 64; bit++)
			if (sim_rng_unit(&f->rng) < how_far)
				f->main.mem[i + bit / 8] |= (u8)BIT(bit % 8);
		f->main.bad[i / 8] = 1;
	}
}

/**
 * vflash_half_program() - a double word whose programming was cut short
 * @f: the flash
 * @c: main flash or OTP
 * @offset: of the double word
 * @data: what was to be programmed
 */
void vflash_half_program(struct vflash *f, struct cells *c, u32 offset, const u8 *data)
{
	unsigned int i;

	for (i = 0; i < 8; i++)
		c->mem[offset + i] &= (u8)(data[i] | (u8)sim_rng_u64(&f->rng));
	c->bad[offset / 8] = 1;
}

/**
 * vflash_wait_states_needed() - least LATENCY at HCLK and voltage range: RM0351 table 11
 * @f: the flash
 */
unsigned int vflash_wait_states_needed(const struct vflash *f)
{
	static const u8 range1[] = { 16, 32, 48, 64 }, range2[] = { 6, 12, 18 };
	u32 hz = f->mcu->hclk_hz;
	unsigned int ws = 0;

	if (vrcc_voltage_range(f->mcu->rcc) == 1)
		while (ws < ARRAY_SIZE(range1) && hz > range1[ws] * 1000000u)
			ws++;
	else
		while (ws < ARRAY_SIZE(range2) && hz > range2[ws] * 1000000u)
			ws++;
	return ws;
}

/* three of four reads find a double error, the others a single one that ECC corrects */
static u32 unstable_word(struct vflash *f, u32 word, u32 ecc_addr)
{
	u64 r = sim_rng_u64(&f->rng);
	bool is_double = r & 3;

	if (!(f->eccr & (ECCR_ECCC | ECCR_ECCD)))
		f->eccr = (f->eccr & ECCR_ECCIE) | ecc_addr | (is_double ? ECCR_ECCD : ECCR_ECCC);
	if (is_double)
		word ^= BIT(r >> 8 & 31) | BIT(r >> 16 & 31);
	return word;
}

static struct dcache_line *dcache_find(struct vflash *f, u32 offset)
{
	u32 line = offset & ~(DCACHE_LINE - 1);
	unsigned int i, n;

	/* the one that was filled last first; a line is there once at most */
	for (n = 0, i = f->dcache_next; n < DCACHE_LINES; n++) {
		i = (i + DCACHE_LINES - 1) % DCACHE_LINES;
		if (f->dcache[i].valid && f->dcache[i].offset == line)
			return &f->dcache[i];
	}
	return NULL;
}

static void dcache_fill(struct vflash *f, u32 offset)
{
	u32 line = offset & ~(DCACHE_LINE - 1);
	struct dcache_line *l = &f->dcache[f->dcache_next];

	f->dcache_next = (f->dcache_next + 1) % DCACHE_LINES;
	l->valid = true;
	l->offset = line;
	memcpy(l->data, f->main.mem + line, DCACHE_LINE);
}

/**
 * vflash_dcache_flush() - ACR.DCRST
 * @f: the flash
 */
void vflash_dcache_flush(struct vflash *f)
{
	unsigned int i;

	for (i = 0; i < DCACHE_LINES; i++)
		f->dcache[i].valid = false;
}

/**
 * vflash_read_main() - read main flash through the data cache
 * @f: the flash
 * @x: transfer; gets data and wait states
 * @offset: in main flash
 *
 * With the cache on, a line once read is served until it is evicted or flushed, whatever was erased
 * or programmed meanwhile.
 */
void vflash_read_main(struct vflash *f, struct bus_xact *x, u32 offset)
{
	u32 word_at = offset & ~3u;
	unsigned int latency = f->acr & ACR_LATENCY;
	struct dcache_line *l;
	u64 flips;
	u32 word;

	if (f->acr & ACR_DCEN) {
		l = dcache_find(f, word_at);
		if (l) {
			x->data = get_le32(l->data + word_at % DCACHE_LINE);
			return;
		}
	}
	x->done_ps += latency * f->mcu->hclk_ps;
	word = get_le32(f->main.mem + word_at);
	if (f->main.bad[word_at / 8]) {
		u32 bank = vflash_bank_of(f, word_at);
		u32 in_bank = bank ? word_at - f->main.size / 2 : word_at;

		word = unstable_word(f, word, (in_bank & ~7u) | (bank ? ECCR_BK : 0));
	} else if (f->acr & ACR_DCEN) {
		dcache_fill(f, word_at);
	}
	if (latency < vflash_wait_states_needed(f)) {
		if (f->ws_hz != f->mcu->hclk_hz)
			sim_complain(f->mcu->sim, "flash",
				     "read with %u wait states at %u Hz, voltage range %u", latency,
				     f->mcu->hclk_hz, vrcc_voltage_range(f->mcu->rcc));
		f->ws_hz = f->mcu->hclk_hz;
		flips = sim_rng_u64(&f->rng);
		word ^= (u32)(flips & sim_rng_u64(&f->rng));
	}
	x->data = word;
}

/**
 * vflash_read_otp() - read the OTP area
 * @f: the flash
 * @x: transfer
 * @offset: in it
 */
void vflash_read_otp(struct vflash *f, struct bus_xact *x, u32 offset)
{
	u32 word = get_le32(f->otp.mem + (offset & ~3u));

	if (f->otp.bad[offset / 8])
		word = unstable_word(f, word, (offset & ~7u) | ECCR_SYSF);
	x->data = word;
}

static bool cells_alloc(struct cells *c, u32 size)
{
	c->size = size;
	c->mem = malloc(size);
	c->bad = calloc(size / 8, 1);
	if (!c->mem || !c->bad)
		return false;
	memset(c->mem, 0xff, size);
	return true;
}

static void cells_load(struct vflash *f, struct cells *c, const char *name, const char *bad_name)
{
	size_t len;
	const u8 *p = sim_state_get(f->mcu->sim, name, &len);

	if (!p || len != c->size)
		return;
	memcpy(c->mem, p, len);
	p = sim_state_get(f->mcu->sim, bad_name, &len);
	if (p && len == c->size / 8)
		memcpy(c->bad, p, len);
}

static u32 flash_size(const struct vflash *f)
{
	size_t len;

	/* a part does not change its size: the saved one counts */
	if (sim_state_get(f->mcu->sim, STATE_MAIN, &len) &&
	    (len == KIB(256) || len == KIB(512) || len == MIB(1)))
		return (u32)len;
	switch (f->mcu->sim->opts.flash_kib) {
	case 256:
		return KIB(256);
	case 512:
		return KIB(512);
	default:
		return MIB(1);
	}
}

/**
 * vflash_array_init() - cells from the saved state, or erased
 * @f: the flash
 */
bool vflash_array_init(struct vflash *f)
{
	struct sim_rng rng;
	unsigned int i;

	sim_rng_init(&f->rng, f->mcu->sim, "flash cells");
	if (!cells_alloc(&f->main, flash_size(f)) || !cells_alloc(&f->otp, OTP_SIZE))
		return false;
	cells_load(f, &f->main, STATE_MAIN, STATE_MAIN_BAD);
	cells_load(f, &f->otp, STATE_OTP, STATE_OTP_BAD);
	/* boot ROM: a vector table and bytes that are nobody's business; the same in every part */
	for (i = 0; i < SYSMEM_SIZE; i++)
		f->sysmem[i] = (u8)((i * 0x9e3779b1u) >> 24);
	put_le32(f->sysmem, 0x20003000);
	put_le32(f->sysmem + 4, 0x1fff3045);
	/* UID: RM0351 49.1; lot number and wafer are ASCII and small numbers */
	sim_rng_init(&rng, f->mcu->sim, "uid");
	for (i = 0; i < sizeof(f->uid); i++)
		f->uid[i] = i < 4 ? (u8)sim_rng_u64(&rng) : (u8)('0' + sim_rng_u64(&rng) % 10);
	return true;
}

/**
 * vflash_array_exit() - free the cells
 * @f: the flash
 */
void vflash_array_exit(struct vflash *f)
{
	free(f->main.mem);
	free(f->main.bad);
	free(f->otp.mem);
	free(f->otp.bad);
}

/**
 * vflash_array_save() - cells into the saved state
 * @f: the flash
 */
void vflash_array_save(struct vflash *f)
{
	struct sim *sim = f->mcu->sim;

	sim_state_put(sim, STATE_MAIN, f->main.mem, f->main.size);
	sim_state_put(sim, STATE_MAIN_BAD, f->main.bad, f->main.size / 8);
	sim_state_put(sim, STATE_OTP, f->otp.mem, f->otp.size);
	sim_state_put(sim, STATE_OTP_BAD, f->otp.bad, f->otp.size / 8);
}
