// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Block protection layouts. A few BP bits say how much is protected, counted from the top or, with
 * TB, from the bottom; SEC makes the steps 4 KiB; CMP turns the range into its complement:
 *
 *	BP = 0: nothing; BP = n: step << (n - 1), at most everything
 *
 * where the step is 64 KiB, or 1/64 of the chip in the layouts with three bits (W25Q128JV data
 * sheet 7.1.14, N25Q128A table 4, MX25L12835F table 2, IS25LP128 table 6.4, S25FL128S 8.3.1,
 * GD25Q256D table 1, M25P16 table 2,
 * SST25VF016B table 2).
 */
#include "lib/spi-nor-wp.h"

#include <string.h>

#define SR1(_bit)                \
	{                        \
		NOR_WP_SR1, _bit \
	}
#define SR2(_bit)                \
	{                        \
		NOR_WP_SR2, _bit \
	}
#define SR3(_bit)                \
	{                        \
		NOR_WP_SR3, _bit \
	}
#define BP3 .bp = { SR1(2), SR1(3), SR1(4) }, .n_bp = 3
#define BP4 .bp = { SR1(2), SR1(3), SR1(4), SR1(5) }, .n_bp = 4
#define SRP .srp = SR1(7)

/* clang-format off */
static const struct nor_wp_layout layouts[NOR_N_BP] = {
	[NOR_BP_UNKNOWN] = { .about = "SR1: BP 5:2, ranges not known", BP4, SRP,
			     .is_opaque = true },
	[NOR_BP_OPAQUE] = { .about = "SR1: BP 5:2, ranges not known", BP4, SRP,
			    .is_opaque = true },
	[NOR_BP3_TB5_SEC6] = { .about = "SR1: SRP 7, SEC 6, TB 5, BP 4:2; SR2: CMP 6, SRL 0", BP3, SRP,
			       .tb = SR1(5), .sec = SR1(6), .cmp = SR2(6), .srl = SR2(0),
			       .by_64ths = true },
	[NOR_BP4_TB6] = { .about = "SR1: SRP 7, TB 6, BP 5:2; SR2: CMP 6, SRL 0", BP4, SRP,
			  .tb = SR1(6), .cmp = SR2(6), .srl = SR2(0) },
	[NOR_BP4_MICRON] = { .about = "SR: SRWD 7, BP3 6, TB 5, BP 4:2", SRP,
			     .bp = { SR1(2), SR1(3), SR1(4), SR1(6) }, .n_bp = 4, .tb = SR1(5) },
	[NOR_BP4_TB_CR3] = { .about = "SR: SRWD 7, BP 5:2; CR: TB 3", BP4, SRP,
			     .tb = { NOR_WP_CR, 3 }, .tb_is_once = true },
	[NOR_BP4_TBS_FR1] = { .about = "SR: SRWD 7, BP 5:2; function register: TBS 1", BP4, SRP,
			      .tb = { NOR_WP_FR, 1 }, .tb_is_once = true },
	[NOR_BP3] = { .about = "SR: SRWD 7, BP 4:2", BP3, SRP, .by_64ths = true },
	[NOR_BP3_TB5] = { .about = "SR1: SRP 7, TB 5, BP 4:2", BP3, SRP, .tb = SR1(5),
			  .by_64ths = true },
	[NOR_BP3_TBPROT] = { .about = "SR1: SRWD 7, BP 4:2; CR1: TBPROT 5", BP3, SRP,
			     .tb = SR2(5), .tb_is_once = true, .by_64ths = true },
	[NOR_BP4_TB6_SRL0] = { .about = "SR1: SRP 7, TB 6, BP 5:2; SR2: SRL 0", BP4, SRP,
			       .tb = SR1(6), .srl = SR2(0) },
	[NOR_BP4_TB6_SRL6] = { .about = "SR1: SRP 7, TB 6, BP 5:2; SR2: SRL 6", BP4, SRP,
			       .tb = SR1(6), .srl = SR2(6) },
	[NOR_BP4_TB6_CMP33] = { .about = "SR1: SRP 7, TB 6, BP 5:2; SR2: SRL 6; SR3: CMP 3", BP4, SRP,
				.tb = SR1(6), .cmp = SR3(3), .srl = SR2(6) },
};
/* clang-format on */

const struct nor_wp_layout *nor_wp_layout(enum nor_bp bp)
{
	return bp < NOR_N_BP && layouts[bp].n_bp ? &layouts[bp] : NULL;
}

bool nor_wp_uses(const struct nor_wp_layout *l, enum nor_wp_reg reg)
{
	const struct nor_wp_bit single[] = { l->tb, l->sec, l->cmp, l->srp, l->srl };

	for (unsigned int i = 0; i < l->n_bp; i++)
		if (l->bp[i].reg == reg)
			return true;
	for (unsigned int i = 0; i < ARRAY_SIZE(single); i++)
		if (single[i].reg == reg)
			return true;
	return false;
}

static bool get_bit(const struct nor_wp_regs *regs, struct nor_wp_bit b)
{
	return b.reg && regs->val[b.reg] & BIT(b.bit);
}

static void put_bit(struct nor_wp_regs *regs, struct nor_wp_bit b, bool on)
{
	if (!b.reg)
		return;
	if (on)
		regs->val[b.reg] |= (u8)BIT(b.bit);
	else
		regs->val[b.reg] &= (u8)~BIT(b.bit);
}

struct nor_wp_bits nor_wp_get(const struct nor_wp_layout *l, const struct nor_wp_regs *regs)
{
	struct nor_wp_bits bits = {
		.tb = get_bit(regs, l->tb),
		.sec = get_bit(regs, l->sec),
		.cmp = get_bit(regs, l->cmp),
		.srp = get_bit(regs, l->srp),
		.srl = get_bit(regs, l->srl),
	};

	for (unsigned int i = 0; i < l->n_bp; i++)
		bits.bp |= (u8)(get_bit(regs, l->bp[i]) << i);
	return bits;
}

void nor_wp_put(const struct nor_wp_layout *l, const struct nor_wp_bits *bits,
		struct nor_wp_regs *regs)
{
	for (unsigned int i = 0; i < l->n_bp; i++)
		put_bit(regs, l->bp[i], bits->bp & BIT(i));
	put_bit(regs, l->tb, bits->tb);
	put_bit(regs, l->sec, bits->sec);
	put_bit(regs, l->cmp, bits->cmp);
	put_bit(regs, l->srp, bits->srp);
	put_bit(regs, l->srl, bits->srl);
}

void nor_wp_range(const struct nor_wp_layout *l, u64 size, const struct nor_wp_bits *bits,
		  u64 *from, u64 *to)
{
	u8 bp_all = (u8)(BIT(l->n_bp) - 1);
	bool bottom = bits->tb;
	u64 len = 0;

	if (bits->bp == bp_all || (l->is_opaque && bits->bp))
		len = size;
	else if (bits->bp && bits->sec)
		len = min((u64)KIB(4) << (bits->bp - 1), (u64)KIB(32));
	else if (bits->bp)
		len = (l->by_64ths ? max(size / 64, (u64)KIB(64)) : KIB(64)) << (bits->bp - 1);
	len = min(len, size);
	if (bits->cmp) {
		bottom = !bottom;
		len = size - len;
	}
	*from = bottom ? 0 : size - len;
	*to = bottom ? len : size;
	if (!len)
		*from = *to = 0;
}

/* bits that a change from @now to @b touches; CMP counts more: few people expect it to be set */
static unsigned int cost(const struct nor_wp_bits *now, const struct nor_wp_bits *b)
{
	return (unsigned int)__builtin_popcount(now->bp ^ b->bp) + (now->tb != b->tb) +
	       (now->sec != b->sec) + (now->cmp != b->cmp) + (b->cmp ? 3 : 0);
}

static bool is_before(const struct nor_wp_range *a, const struct nor_wp_range *b)
{
	u64 la = a->to - a->from, lb = b->to - b->from;

	return la != lb ? la < lb : a->from < b->from;
}

/* sorted; of the same range the one nearest to @now stays */
static unsigned int insert(struct nor_wp_range *out, unsigned int n, const struct nor_wp_range *r,
			   const struct nor_wp_bits *now)
{
	unsigned int i = 0;

	while (i < n && is_before(&out[i], r))
		i++;
	if (i < n && !is_before(r, &out[i])) {
		if (cost(now, &r->bits) < cost(now, &out[i].bits))
			out[i] = *r;
		return n;
	}
	memmove(&out[i + 1], &out[i], (n - i) * sizeof(*out));
	out[i] = *r;
	return n + 1;
}

unsigned int nor_wp_ranges(const struct nor_wp_layout *l, u64 size, const struct nor_wp_bits *now,
			   bool may_once, struct nor_wp_range *out)
{
	unsigned int n = 0, n_bits = l->n_bp + 3u;

	for (unsigned int i = 0; i < BIT(n_bits); i++) {
		struct nor_wp_range r = { .bits = *now };

		r.bits.bp = (u8)(i & (BIT(l->n_bp) - 1));
		r.bits.tb = i >> l->n_bp & 1;
		r.bits.sec = i >> l->n_bp & 2;
		r.bits.cmp = i >> l->n_bp & 4;
		if ((r.bits.sec && !l->sec.reg) || (r.bits.cmp && !l->cmp.reg) ||
		    (r.bits.tb && !l->tb.reg))
			continue;
		if (l->tb_is_once && r.bits.tb != now->tb && (now->tb || !may_once))
			continue;
		if (l->is_opaque && r.bits.bp && r.bits.bp != BIT(l->n_bp) - 1)
			continue;
		nor_wp_range(l, size, &r.bits, &r.from, &r.to);
		n = insert(out, n, &r, now);
	}
	return n;
}
