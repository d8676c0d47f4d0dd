// SPDX-License-Identifier: MIT
#include <weft/uv.hpp>

int main() { return uv_version() > 0 ? 0 : 1; }
