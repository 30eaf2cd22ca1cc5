# SPDX-License-Identifier: GPL-2.0-or-later
# The demo firmware. Its results are committed; `make firmware` builds them anew.
FW	 := tests/firmware
FW_BUILD := $(BUILD)/firmware
FW_CROSS ?= arm-none-eabi-
FW_FLAGS := -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 -O2 -g0 -Wall -Wextra -Werror \
	    -ffunction-sections -fdata-sections -ffile-prefix-map=$(CURDIR)=.

.PHONY: firmware
#: make firmware   rebuild tests/firmware/demo.{elf,hex} with arm-none-eabi-gcc
firmware:
	@tools/deps.sh firmware
	@mkdir -p $(FW_BUILD)
	python3 $(FW)/assets.py $(FW_BUILD)/assets.bin $(FW_BUILD)/wavetable.c
	$(FW_CROSS)gcc $(FW_FLAGS) -T $(FW)/stm32l476.ld -nostartfiles -Wl,--gc-sections -Wl,--build-id=none \
		-Wa,-I$(FW_BUILD) -o $(FW_BUILD)/demo.elf $(FW)/startup.c $(FW)/main.c $(FW)/assets.S \
		$(FW_BUILD)/wavetable.c -u _printf_float -lm
	$(FW_CROSS)objcopy -O binary -R .assets $(FW_BUILD)/demo.elf $(FW_BUILD)/flash.bin
	python3 $(FW)/seal.py $(FW_BUILD)/flash.bin $(FW_BUILD)/seal.bin
	$(FW_CROSS)objcopy --update-section .seal=$(FW_BUILD)/seal.bin $(FW_BUILD)/demo.elf $(FW)/demo.elf
	$(FW_CROSS)strip -d $(FW)/demo.elf
	$(FW_CROSS)objcopy -O ihex $(FW)/demo.elf $(FW)/demo.hex
	$(FW_CROSS)size -A $(FW)/demo.elf
