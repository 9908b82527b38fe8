#include "fhir/fold.h"

#include <array>
#include <cstdint>

namespace salus::fhir {
namespace {

// U+00C0 to U+00FF; a digit stands for letters of kPairs, 0 for the character itself.
constexpr std::string_view kLatin1 =
    "aaaaaa1ceeeeiiiidnooooo0ouuuuy23"
    "aaaaaa1ceeeeiiiidnooooo0ouuuuy2y";
// U+0100 to U+017F.
constexpr std::string_view kLatinExtendedA =
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii44jjkkkllllllllll"
    "nnnnnnnnnoooooo55rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(kLatin1.size() == 64 && kLatinExtendedA.size() == 128);
constexpr std::array<std::string_view, 6> kPairs = {"", "ae", "th", "ss", "ij", "oe"};

void append_two_bytes(std::string& out, std::uint32_t code) {
    out.push_back(static_cast<char>(static_cast<unsigned char>(0xc0 | (code >> 6))));
    out.push_back(static_cast<char>(static_cast<unsigned char>(0x80 | (code & 0x3f))));
}

std::uint32_t lower(std::uint32_t code) {
    if (code >= 0x391 && code <= 0x3a9) return code + 0x20;  // Greek
    if (code >= 0x410 && code <= 0x42f) return code + 0x20;  // Cyrillic
    if (code >= 0x400 && code <= 0x40f) return code + 0x50;
    return code;
}

void append_folded(std::string& out, std::uint32_t code) {
    if (code >= 0x300 && code <= 0x36f) return;  // combining marks
    char letter = '0';
    if (code >= 0xc0 && code <= 0xff) letter = kLatin1[code - 0xc0];
    if (code >= 0x100 && code <= 0x17f) letter = kLatinExtendedA[code - 0x100];
    if (letter == '0') return append_two_bytes(out, lower(code));
    if (letter >= 'a') return out.push_back(letter);
    out.append(kPairs.at(static_cast<std::size_t>(letter - '0')));
}

void append_blank(std::string& out) {
    if (!out.empty() && out.back() != ' ') out.push_back(' ');
}

}  // namespace

std::string fold(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto const byte = static_cast<unsigned char>(text[i]);
        if (byte == ' ' || (byte >= 0x09 && byte <= 0x0d)) {
            append_blank(out);
        } else if (byte >= 'A' && byte <= 'Z') {
            out.push_back(static_cast<char>(byte - 'A' + 'a'));
        } else if ((byte & 0xe0) == 0xc0 && i + 1 < text.size()) {
            auto const more = static_cast<unsigned char>(text[++i]);
            append_folded(out, ((byte & 0x1fU) << 6U) | (more & 0x3fU));
        } else {
            out.push_back(text[i]);
        }
    }
    if (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

}  // namespace salus::fhir
