#include "crypto/ecdsa_encoding.h"

#include <algorithm>
#include <span>

namespace salus::crypto {
namespace {

// X.690: both lengths of a signature of two such coordinates take one byte each.
constexpr std::size_t kLargestCoordinate = 48;
constexpr std::uint8_t kSequence = 0x30;
constexpr std::uint8_t kInteger = 0x02;
constexpr std::uint8_t kSignBit = 0x80;

// In the one way of DER: no zeros in front, but one where the number would look negative.
void append_integer(Bytes& out, BytesView number) {
    while (number.size() > 1 && number.front() == 0) number = number.subspan(1);
    bool const looks_negative = (number.front() & kSignBit) != 0;
    out.push_back(kInteger);
    out.push_back(static_cast<std::uint8_t>(number.size() + (looks_negative ? 1 : 0)));
    if (looks_negative) out.push_back(0);
    append(out, number);
}

// Takes the integer off the front. False for every other spelling, for a negative number, and for
// one that is larger than `out`.
bool take_integer(BytesView& der, std::span<std::uint8_t> out) {
    if (der.size() < 3 || der[0] != kInteger) return false;
    std::size_t const length = der[1];
    if (length == 0 || length > der.size() - 2) return false;
    auto number = der.subspan(2, length);
    der = der.subspan(2 + length);
    if ((number[0] & kSignBit) != 0) return false;
    if (number[0] == 0 && length > 1) {
        if ((number[1] & kSignBit) == 0) return false;
        number = number.subspan(1);
    }
    if (number.size() > out.size()) return false;
    std::ranges::copy(number, out.last(number.size()).begin());
    return true;
}

}  // namespace

Bytes ecdsa_to_der(BytesView raw) {
    auto const half = raw.size() / 2;
    if (half == 0 || half > kLargestCoordinate || raw.size() != 2 * half) return {};
    Bytes der;
    der.reserve(2 + 2 * (3 + half));
    der.push_back(kSequence);
    der.push_back(0);
    append_integer(der, raw.first(half));
    append_integer(der, raw.last(half));
    der[1] = static_cast<std::uint8_t>(der.size() - 2);
    return der;
}

Bytes ecdsa_to_raw(BytesView der, std::size_t coordinate_size) {
    if (coordinate_size > kLargestCoordinate) return {};
    if (der.size() < 2 || der[0] != kSequence || der[1] >= kSignBit || der[1] != der.size() - 2)
        return {};
    der = der.subspan(2);
    Bytes raw(2 * coordinate_size);
    std::span const out(raw);
    bool const whole = take_integer(der, out.first(coordinate_size)) &&
                       take_integer(der, out.last(coordinate_size)) && der.empty();
    return whole ? raw : Bytes();
}

}  // namespace salus::crypto
