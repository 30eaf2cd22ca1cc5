/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts that there are models of: X(name) for each vnor_<name>.
 */
#ifndef SWDROM_SIM_VNOR_PARTS_H
#define SWDROM_SIM_VNOR_PARTS_H

#define VNOR_PARTS(X)     \
	X(n25q128a13)     \
	X(n25q256a13)     \
	X(n25q256a83)     \
	X(mt25ql128aba)   \
	X(mt25ql512abb)   \
	X(mt25ql01gbbb)   \
	X(mt25qu02gcbb)   \
	X(w25q128jv)      \
	X(w25q256jv)      \
	X(w25q512jv)      \
	X(w25m512jv)      \
	X(gd25q127c)      \
	X(gd25lq256d)     \
	X(xm25qh128c)     \
	X(at25sf128a)     \
	X(mx25l51245g)    \
	X(mx25r6435f)     \
	X(mx25lm51245g)   \
	X(is25lp128f)     \
	X(is25wp512m)     \
	X(sst26vf064b)    \
	X(s25fl512s)      \
	X(s25fs512s)      \
	X(s25fl064l)      \
	X(m25p64)         \
	X(unknown_sfdp)   \
	X(unknown_nosfdp) \
	X(bad_short)      \
	X(bad_pointer)    \
	X(bad_density)    \
	X(bad_count)      \
	X(bad_sizes)      \
	X(zd25q128c)

#endif
