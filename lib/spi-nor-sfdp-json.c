// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SFDP as JSON: what the tables say, errors included, under the names that JESD216 decoders use.
 */
#include "lib/spi-nor-sfdp-print.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

static void put_int(json_t *o, const char *key, u64 val)
{
	json_object_set_new(o, key, json_integer((json_int_t)val));
}

static void put_bool(json_t *o, const char *key, bool val)
{
	json_object_set_new(o, key, json_boolean(val));
}

static void put_text(json_t *o, const char *key, const char *val)
{
	json_object_set_new(o, key, json_string(val));
}

static void put_rev(json_t *o, const char *key, u8 major, u8 minor)
{
	json_object_set_new(o, key, json_sprintf("%u.%u", major, minor));
}

static void put_pair(json_t *o, const char *key, u64 typ, u64 max)
{
	json_object_set_new(o, key, json_pack("[I,I]", (json_int_t)typ, (json_int_t)max));
}

static void put_raw(json_t *o, const u32 *raw, unsigned int n)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < n; i++)
		json_array_append_new(list, json_sprintf("%08" PRIx32, raw[i]));
	json_object_set_new(o, "raw", list);
}

/* ---- BFPT ---- */

static json_t *json_reads(const struct sfdp_bfpt *b)
{
	json_t *o = json_object();

	for (unsigned int i = 0; i < SFDP_N_READS; i++) {
		enum sfdp_read_mode mode = (enum sfdp_read_mode)i;
		struct sfdp_read r;
		json_t *e;

		if (!sfdp_claimed_read(b, mode, &r))
			continue;
		e = json_object();
		put_int(e, "opcode", r.opcode);
		put_int(e, "mode_clocks", r.mode);
		put_int(e, "wait_states", r.wait);
		json_object_set_new(o, sfdp_read_name(mode), e);
	}
	return o;
}

static json_t *json_erases(const struct sfdp_bfpt *b)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < SFDP_N_ERASE; i++) {
		const struct sfdp_erase *e = &b->erase[i];
		json_t *o = json_object();

		put_int(o, "type", i + 1);
		put_int(o, "size", e->size);
		put_int(o, "opcode", e->opcode);
		if (e->typ_ms) {
			put_int(o, "typ_ms", e->typ_ms);
			put_int(o, "max_ms", e->max_ms);
		}
		json_array_append_new(list, o);
	}
	return list;
}

static void put_times(json_t *o, const struct sfdp_bfpt *b)
{
	json_t *ops;

	if (b->n_dwords >= 10)
		put_int(o, "erase_max_multiplier", b->erase_multiplier);
	if (b->n_dwords >= 11) {
		put_int(o, "program_max_multiplier", b->program_multiplier);
		put_int(o, "page_size", b->page_size);
		put_pair(o, "page_program_us", b->page_program_typ_us, b->page_program_max_us);
		put_pair(o, "byte_program_first_us", b->byte_first_typ_us, b->byte_first_max_us);
		put_pair(o, "byte_program_next_us", b->byte_next_typ_us, b->byte_next_max_us);
		put_int(o, "chip_erase_typ_ms", b->chip_erase_typ_ms);
		put_int(o, "chip_erase_max_ms_if_dw10_multiplier",
			(u64)b->chip_erase_typ_ms * b->erase_multiplier);
		put_int(o, "chip_erase_max_ms_if_dw11_multiplier",
			(u64)b->chip_erase_typ_ms * b->program_multiplier);
	}
	if (b->n_dwords < 13)
		return;
	put_bool(o, "suspend_supported", b->has_suspend);
	put_int(o, "prohibited_in_program_suspend", b->prohibited_in_program_suspend);
	put_int(o, "prohibited_in_erase_suspend", b->prohibited_in_erase_suspend);
	put_int(o, "program_resume_to_suspend_us", b->program_resume_to_suspend_us);
	put_int(o, "program_suspend_latency_ns", b->program_suspend_latency_ns);
	put_int(o, "erase_resume_to_suspend_us", b->erase_resume_to_suspend_us);
	put_int(o, "erase_suspend_latency_ns", b->erase_suspend_latency_ns);
	ops = json_object();
	put_int(ops, "program_resume", b->op_program_resume);
	put_int(ops, "program_suspend", b->op_program_suspend);
	put_int(ops, "resume", b->op_resume);
	put_int(ops, "suspend", b->op_suspend);
	json_object_set_new(o, "suspend_opcodes", ops);
}

static void put_modes(json_t *o, const struct sfdp_bfpt *b)
{
	if (b->n_dwords >= 14) {
		json_t *polls = json_array();

		if (b->busy_by_sr)
			json_array_append_new(polls, json_string("SR 05h bit0"));
		if (b->busy_by_fsr)
			json_array_append_new(polls, json_string("FSR 70h bit7"));
		json_object_set_new(o, "busy_poll", polls);
		put_int(o, "busy_poll_raw", b->busy_poll_raw);
		put_bool(o, "dpd_supported", b->has_dpd);
		put_int(o, "dpd_enter", b->dpd_enter);
		put_int(o, "dpd_exit", b->dpd_exit);
		put_int(o, "dpd_exit_ns", b->dpd_exit_ns);
	}
	if (b->n_dwords >= 15) {
		put_int(o, "qer", b->qer);
		put_int(o, "disable_444", b->disable_444);
		put_int(o, "enable_444", b->enable_444);
		put_bool(o, "xip_044_supported", b->has_044);
		put_int(o, "xip_044_exit", b->exit_044);
		put_int(o, "xip_044_entry", b->entry_044);
		put_bool(o, "hold_reset_disable", b->hold_reset_disable);
	}
	if (b->n_dwords >= 16) {
		put_int(o, "sr1_volatility", b->sr1_volatility);
		put_int(o, "soft_reset", b->soft_reset);
		put_int(o, "exit_4byte", b->exit_4byte);
		put_int(o, "enter_4byte", b->enter_4byte);
	}
}

static json_t *json_clocks(const struct sfdp_bfpt *b)
{
	static const char *const names[] = { "4S-4S-4S", "4S-4S-4S+DS", "4S-4D-4D", "4S-4D-4D+DS",
					     "8S-8S-8S", "8S-8S-8S+DS", "8D-8D-8D", "8D-8D-8D+DS" };
	json_t *o = json_object();

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		u8 code = b->max_clock_code[i];

		if (sfdp_clock_mhz(code))
			put_int(o, names[i], sfdp_clock_mhz(code));
		else if (code >= 14)
			json_object_set_new(o, names[i],
					    json_sprintf("not supported/characterized(%u)", code));
		else
			put_text(o, names[i], "reserved");
	}
	return o;
}

static void put_octal(json_t *o, const struct sfdp_bfpt *b)
{
	static const char *const exts[] = { "repeat", "invert", "reserved", "16-bit" };

	if (b->n_dwords >= 18) {
		put_int(o, "drive_strength", b->drive_strength);
		put_bool(o, "jedec_spi_reset", b->jedec_spi_reset);
		put_int(o, "ds_str", b->ds_str);
		put_bool(o, "ds_qpi_str", b->ds_qpi_str);
		put_bool(o, "ds_qpi_dtr", b->ds_qpi_dtr);
		put_text(o, "octal_cmd_ext", exts[b->octal_cmd_ext & 3]);
		put_bool(o, "octal_byte_swapped", b->octal_byte_swapped);
	}
	if (b->n_dwords >= 19) {
		put_int(o, "disable_888", b->disable_888);
		put_int(o, "enable_888", b->enable_888);
		put_bool(o, "xip_088_supported", b->has_088);
		put_int(o, "xip_088_exit", b->exit_088);
		put_int(o, "xip_088_entry", b->entry_088);
		put_int(o, "oer", b->oer);
	}
	if (b->n_dwords >= 20)
		json_object_set_new(o, "max_mhz", json_clocks(b));
}

static json_t *json_bfpt(const struct sfdp_bfpt *b, bool is_bare)
{
	static const char *const addr[] = { "3", "3 or 4", "4", "reserved" };
	json_t *o = json_object();

	if (!is_bare)
		put_rev(o, "rev", b->major, b->minor);
	put_int(o, "dwords", b->n_dwords);
	put_raw(o, b->raw, min((unsigned int)b->n_dwords, (unsigned int)SFDP_BFPT_DWORDS));
	put_int(o, "erase_4k_field", b->erase_4k_field);
	put_bool(o, "write_granularity_64", b->write_granularity_64);
	put_bool(o, "sr_bp_volatile", b->sr_bp_volatile);
	put_int(o, "sr_volatile_wren", b->sr_volatile_wren);
	put_int(o, "erase_4k_opcode", b->erase_4k_opcode);
	put_text(o, "address_bytes", addr[b->addr_bytes]);
	put_bool(o, "dtr", b->dtr);
	put_int(o, "density_bits", b->size * 8);
	put_int(o, "density_bytes", b->size);
	json_object_set_new(o, "fast_reads", json_reads(b));
	json_object_set_new(o, "erase_types", json_erases(b));
	put_times(o, b);
	put_modes(o, b);
	put_octal(o, b);
	return o;
}

/* ---- the other tables ---- */

static json_t *json_4bait(const struct sfdp_info *s)
{
	static const char *const names[] = {
		"read 13",    "fast_read 0C", "read112 3C",   "read122 BC",  "read114 6C",
		"read144 EC", "pp 12",	      "pp114 34",     "pp144 3E",    "erase1",
		"erase2",     "erase3",	      "erase4",	      "dtr111 0E",   "dtr122 BE",
		"dtr144 EE",  "dyb_read E0",  "dyb_write E1", "ppb_read E2", "ppb_write E3",
	};
	const struct sfdp_4bait *f = &s->fourbait;
	json_t *o = json_object(), *supported = json_array(), *erase = json_array();

	put_raw(o, f->raw, 2);
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (f->raw[0] & BIT(i))
			json_array_append_new(supported, json_string(names[i]));
	json_object_set_new(o, "supported", supported);
	put_int(o, "octal_bits_24_20", f->raw[0] >> 20 & 0x1f);
	for (unsigned int i = 0; i < SFDP_N_ERASE; i++) {
		json_t *e;

		if (!(f->raw[0] & SFDP_4B_ERASE(i)))
			continue;
		e = json_object();
		put_int(e, "type", i + 1);
		put_int(e, "opcode", f->erase_opcode[i]);
		put_int(e, "size", s->bfpt.erase[i].size);
		json_array_append_new(erase, e);
	}
	json_object_set_new(o, "erase", erase);
	for (unsigned int i = 0; i < s->n_tables; i++)
		if (s->tables[i].id == SFDP_ID_4BAIT)
			put_rev(o, "rev", s->tables[i].major, s->tables[i].minor);
	return o;
}

static json_t *json_sector_map(const struct sfdp_sector_map *m)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < m->n_detect; i++) {
		const struct sfdp_detect *d = &m->detect[i];
		json_t *o = json_object();

		put_int(o, "cmd", d->opcode);
		put_int(o, "address", d->addr);
		put_int(o, "address_code", d->addr_code);
		put_int(o, "wait_code", d->wait_code);
		put_int(o, "mask", d->mask);
		json_array_append_new(list, o);
	}
	for (unsigned int i = 0; i < m->n_maps; i++) {
		const struct sfdp_map *map = &m->maps[i];
		json_t *o = json_object(), *regions = json_array();

		put_int(o, "map", map->id);
		for (unsigned int r = 0; r < map->n_regions; r++) {
			json_t *reg = json_object();

			put_int(reg, "start", map->regions[r].start);
			put_int(reg, "size", map->regions[r].size);
			put_int(reg, "erase_mask", map->regions[r].erase_mask);
			json_array_append_new(regions, reg);
		}
		json_object_set_new(o, "regions", regions);
		put_int(o, "total", map->total);
		put_bool(o, "last", i + 1 == m->n_maps);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *json_profile1(const struct sfdp_profile1 *p)
{
	static const char *const clocks[] = { "200MHz", "166MHz", "133MHz", "100MHz" };
	json_t *o = json_object(), *ops = json_object(), *dummy = json_object(),
	       *codes = json_object();

	put_raw(o, p->raw, ARRAY_SIZE(p->raw));
	put_int(o, "read_fast_8d", p->read_fast);
	put_int(o, "rdsr_dummy", p->rdsr_dummy);
	put_int(o, "rdsr_addr_bytes", p->rdsr_addr_nbytes);
	put_int(ops, "write_nv", p->op_write_nv);
	put_int(ops, "write_v", p->op_write_v);
	put_int(ops, "read_nv", p->op_read_nv);
	put_int(ops, "read_v", p->op_read_v);
	json_object_set_new(o, "reg_opcodes", ops);
	for (unsigned int i = 0; i < ARRAY_SIZE(clocks); i++) {
		put_int(dummy, clocks[i], p->dummy[i]);
		put_int(codes, clocks[i], p->dummy_code[i]);
	}
	json_object_set_new(o, "dummy", dummy);
	json_object_set_new(o, "dummy_code", codes);
	return o;
}

static json_t *json_sccr(const struct sfdp_sccr *c)
{
	json_t *o = json_object();

	put_raw(o, c->raw, c->n_dwords);
	put_int(o, "volatile_offset", c->volatile_offset);
	put_int(o, "nonvolatile_offset", c->nonvolatile_offset);
	put_bool(o, "octal_dtr_enable_volatile", c->octal_dtr_enable_volatile);
	return o;
}

static json_t *json_dies(const struct sfdp_dies *d)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < d->n_extra; i++) {
		json_t *o = json_object();

		put_int(o, "die", i + 1);
		put_int(o, "volatile_offset", d->volatile_offset[i]);
		put_int(o, "nonvolatile_offset", d->nonvolatile_offset[i]);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *json_sequences(const struct sfdp_sequence *seq)
{
	json_t *o = json_object(), *list = json_array();

	for (unsigned int i = 0; i < seq->n; i++) {
		char hex[2 * SFDP_SEQUENCE_BYTES + 1] = "";

		for (unsigned int k = 0; k < seq->frames[i].len; k++)
			snprintf(hex + (size_t)2 * k, 3, "%02x", seq->frames[i].bytes[k]);
		json_array_append_new(list, json_string(hex));
	}
	json_object_set_new(o, "OctalDDR-Seq", list);
	return o;
}

static json_t *json_tables(const struct sfdp_info *s)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < s->n_tables; i++) {
		const struct sfdp_table *t = &s->tables[i];
		json_t *o = json_object();
		char buf[16];

		put_int(o, "id", t->id);
		put_text(o, "name", sfdp_table_name(t->id, buf));
		put_rev(o, "rev", t->major, t->minor);
		put_int(o, "dwords", t->n_dwords);
		put_int(o, "pointer", t->offset);
		put_bool(o, "complete", t->complete);
		json_array_append_new(list, o);
	}
	return list;
}

char *sfdp_to_json(const struct sfdp_image *img)
{
	const struct sfdp_info *s = &img->info;
	json_t *o = json_object(), *warnings = json_array();
	char text[160], *out;

	put_int(o, "length", img->len);
	for (unsigned int i = 0; sfdp_warning(img, i, text, sizeof(text)); i++)
		json_array_append_new(warnings, json_string(text));
	json_object_set_new(o, "warnings", warnings);
	if (!img->is_bare) {
		put_rev(o, "sfdp_rev", s->major, s->minor);
		put_int(o, "nph_field", s->nph);
		put_int(o, "access_protocol", s->access_protocol);
		json_object_set_new(o, "tables", json_tables(s));
	}
	json_object_set_new(o, "bfpt", json_bfpt(&s->bfpt, img->is_bare));
	if (s->fourbait.present)
		json_object_set_new(o, "4bait", json_4bait(s));
	if (s->map.present)
		json_object_set_new(o, "sector_map", json_sector_map(&s->map));
	if (s->profile1.present)
		json_object_set_new(o, "profile1", json_profile1(&s->profile1));
	if (s->sccr.present)
		json_object_set_new(o, "sccr", json_sccr(&s->sccr));
	if (s->dies.present)
		json_object_set_new(o, "sccr_multi_chip", json_dies(&s->dies));
	if (s->enter_8d.present)
		json_object_set_new(o, "sequences", json_sequences(&s->enter_8d));
	out = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	return out;
}
