#include "fhir/fhirpath/letter_case.h"

#include <algorithm>
#include <cstdint>

#include "fhir/fhirpath/text.h"

namespace salus::fhir::fhirpath {
namespace {

// Upper-case letters from first to last, each `step` behind the one before; the small letter of
// each stands `distance` behind it.
struct CaseRange {
    char32_t first;
    char32_t last;
    std::int32_t distance;
    std::uint32_t step;
};
constexpr CaseRange kCaseRanges[] = {
    {0x41, 0x5a, 32, 1},     {0xc0, 0xd6, 32, 1},   {0xd8, 0xde, 32, 1},    {0x100, 0x12e, 1, 2},
    {0x132, 0x136, 1, 2},    {0x139, 0x147, 1, 2},  {0x14a, 0x176, 1, 2},   {0x178, 0x178, -121, 1},
    {0x179, 0x17d, 1, 2},    {0x1cd, 0x1db, 1, 2},  {0x1de, 0x1ee, 1, 2},   {0x1f8, 0x21e, 1, 2},
    {0x222, 0x232, 1, 2},    {0x386, 0x386, 38, 1}, {0x388, 0x38a, 37, 1},  {0x38c, 0x38c, 64, 1},
    {0x38e, 0x38f, 63, 1},   {0x391, 0x3a1, 32, 1}, {0x3a3, 0x3ab, 32, 1},  {0x400, 0x40f, 80, 1},
    {0x410, 0x42f, 32, 1},   {0x460, 0x480, 1, 2},  {0x48a, 0x4be, 1, 2},   {0x4c1, 0x4cd, 1, 2},
    {0x4d0, 0x52e, 1, 2},    {0x531, 0x556, 48, 1}, {0x1e00, 0x1e94, 1, 2}, {0x1ea0, 0x1efe, 1, 2},
    {0xff21, 0xff3a, 32, 1},
};
constexpr char32_t kFinalSigma = 0x3c2;
constexpr char32_t kCapitalSigma = 0x3a3;

bool stands_in(CaseRange const& range, char32_t upper) {
    return upper >= range.first && upper <= range.last && (upper - range.first) % range.step == 0;
}

char32_t moved_by(char32_t letter, std::int32_t distance) {
    return static_cast<char32_t>(static_cast<std::int32_t>(letter) + distance);
}

char32_t small_of(char32_t letter) {
    for (auto const& range : kCaseRanges) {
        if (stands_in(range, letter)) return moved_by(letter, range.distance);
    }
    return letter;
}

char32_t capital_of(char32_t letter) {
    if (letter == kFinalSigma) return kCapitalSigma;
    for (auto const& range : kCaseRanges) {
        auto const upper = moved_by(letter, -range.distance);
        if (stands_in(range, upper)) return upper;
    }
    return letter;
}

// Of at most three bytes, as all letters of the table have; nothing for others.
char32_t letter_of(std::string_view bytes) {
    auto const byte = [&](std::size_t at) {
        return static_cast<char32_t>(static_cast<unsigned char>(bytes[at]));
    };
    switch (bytes.size()) {
        case 1: return byte(0);
        case 2: return ((byte(0) & 0x1fU) << 6U) | (byte(1) & 0x3fU);
        case 3: return ((byte(0) & 0x0fU) << 12U) | ((byte(1) & 0x3fU) << 6U) | (byte(2) & 0x3fU);
        default: return 0;
    }
}

void append_letter(std::string& out, char32_t letter) {
    auto const byte = [&](char32_t value) {
        out.push_back(static_cast<char>(static_cast<unsigned char>(value)));
    };
    if (letter < 0x80) return byte(letter);
    if (letter < 0x800) {
        byte(0xc0U | (letter >> 6U));
    } else {
        byte(0xe0U | (letter >> 12U));
        byte(0x80U | ((letter >> 6U) & 0x3fU));
    }
    byte(0x80U | (letter & 0x3fU));
}

template <class Change>
std::string changed(std::string_view text, Change change) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        auto const character = text.substr(0, bytes_of_first_character(text));
        auto const letter = letter_of(character);
        auto const other = change(letter);
        if (other == letter)
            out += character;
        else
            append_letter(out, other);
        text.remove_prefix(character.size());
    }
    return out;
}

}  // namespace

std::string upper_case(std::string_view text) {
    return changed(text, capital_of);
}

std::string lower_case(std::string_view text) {
    return changed(text, small_of);
}

}  // namespace salus::fhir::fhirpath
