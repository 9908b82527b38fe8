// Writes the factors room's table of common passwords as one C++ file of constant data: for each,
// the first 64 bits of the SHA-1 of its lower case, sorted. Passwords below eight characters are
// refused for that, so they are left out.
//   node generate.mjs OUTPUT.cc
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const list = new URL('node_modules/@zxcvbn-ts/language-common/src/passwords.json', import.meta.url);
const fewest = 10_000;

const long = JSON.parse(readFileSync(list, 'utf8')).filter((text) => [...text].length >= 8);
const words = new Set(long.map((text) => text.toLowerCase()));
if (words.size < fewest) throw new Error(`only ${words.size} passwords`);
const hashes = [...words]
  .map((text) => createHash('sha1').update(text).digest('hex').slice(0, 16))
  .sort();

const rows = [];
for (let at = 0; at < hashes.length; at += 4) {
  rows.push('    ' + hashes.slice(at, at + 4).map((hash) => `0x${hash},`).join(' '));
}
writeFileSync(process.argv[2], `// Made by tools/passwords/generate.mjs; do not edit.
#include "factors/common_passwords.h"

namespace salus::factors {
namespace {

constexpr std::uint64_t kHashes[] = {
${rows.join('\n')}
};

}  // namespace

std::span<std::uint64_t const> common_password_hashes() noexcept {
    return kHashes;
}

}  // namespace salus::factors
`);
