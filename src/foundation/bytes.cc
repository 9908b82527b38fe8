#include "foundation/bytes.h"

#include <algorithm>

#include "foundation/check.h"

namespace salus {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<std::int8_t, 256> decoding_table(std::string_view alphabet) {
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::int8_t>(i);
    }
    return table;
}

constexpr auto kFromBase64 = decoding_table(kBase64);
constexpr auto kFromBase64Url = decoding_table(kBase64Url);

int hex_value(char digit) noexcept {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

std::string encode(BytesView bytes, std::string_view alphabet) {
    std::string out((bytes.size() * 4 + 2) / 3, '\0');
    std::size_t at = 0;
    for (; bytes.size() >= 3; bytes = bytes.subspan(3)) {
        auto const three = std::uint32_t{bytes[0]} << 16 | std::uint32_t{bytes[1]} << 8 | bytes[2];
        for (int shift = 18; shift >= 0; shift -= 6) out[at++] = alphabet[three >> shift & 0x3f];
    }
    std::uint32_t bits = 0;
    int count = 0;
    for (auto byte : bytes) {
        bits = bits << 8 | byte;
        count += 8;
        while (count >= 6) {
            count -= 6;
            out[at++] = alphabet[bits >> count & 0x3f];
        }
    }
    if (count > 0) out[at++] = alphabet[bits << (6 - count) & 0x3f];
    SALUS_CHECK(at == out.size());
    return out;
}

std::optional<Bytes> decode(std::string_view text, std::array<std::int8_t, 256> const& table) {
    if (text.size() % 4 == 1) return std::nullopt;
    Bytes out(text.size() * 3 / 4);
    std::size_t at = 0;
    auto const value_of = [&table](char symbol) {
        return std::int32_t{table[static_cast<std::uint8_t>(symbol)]};
    };
    for (; text.size() >= 4; text.remove_prefix(4)) {
        // Negative if one of the four is no symbol.
        auto const four = value_of(text[0]) << 18 | value_of(text[1]) << 12 |
                          value_of(text[2]) << 6 | value_of(text[3]);
        if (four < 0) return std::nullopt;
        for (int shift = 16; shift >= 0; shift -= 8) {
            out[at++] = static_cast<std::uint8_t>(four >> shift & 0xff);
        }
    }
    std::uint32_t bits = 0;
    int count = 0;
    for (char symbol : text) {
        auto const value = value_of(symbol);
        if (value < 0) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out[at++] = static_cast<std::uint8_t>(bits >> count & 0xff);
        }
    }
    SALUS_CHECK(at == out.size());
    if ((bits & ((1U << count) - 1)) != 0) return std::nullopt;
    return out;
}

// Faster than insert(), which is made for every kind of range: most pieces are a few bytes.
void append_bytes(Bytes& out, BytesView more) {
    auto const size = out.size();
    out.resize(size + more.size());
    std::ranges::copy(more, std::span(out).subspan(size).begin());
}

template <class Integer>
void append_integer(Bytes& out, Integer value) {
    std::array<std::uint8_t, sizeof(Integer)> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        auto const shift = (bytes.size() - 1 - i) * 8;
        bytes[i] = static_cast<std::uint8_t>(value >> shift & 0xff);
    }
    append_bytes(out, bytes);
}

template <class Integer>
Integer read_integer(BytesView bytes) noexcept {
    SALUS_CHECK(bytes.size() >= sizeof(Integer));
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(Integer); ++i) value = value << 8 | bytes[i];
    return static_cast<Integer>(value);
}

}  // namespace

BytesView bytes_of(std::string_view text) noexcept {
    return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
}

std::string_view text_of(BytesView bytes) noexcept {
    return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

std::string to_hex(BytesView bytes) {
    std::string out(bytes.size() * 2, '0');
    auto digit = out.begin();
    for (auto byte : bytes) {
        *digit++ = kHexDigits[byte >> 4];
        *digit++ = kHexDigits[byte & 0xf];
    }
    return out;
}

std::optional<Bytes> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    Bytes out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        auto const high = hex_value(text[i]);
        auto const low = hex_value(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        out.push_back(static_cast<std::uint8_t>(high << 4 | low));
    }
    return out;
}

std::string to_base64url(BytesView bytes) {
    return encode(bytes, kBase64Url);
}

std::optional<Bytes> from_base64url(std::string_view text) {
    return decode(text, kFromBase64Url);
}

std::string to_base64(BytesView bytes) {
    auto out = encode(bytes, kBase64);
    while (out.size() % 4 != 0) out.push_back('=');
    return out;
}

std::optional<Bytes> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
    return decode(text, kFromBase64);
}

void append_u16(Bytes& out, std::uint16_t value) {
    append_integer(out, value);
}
void append_u32(Bytes& out, std::uint32_t value) {
    append_integer(out, value);
}
void append_u64(Bytes& out, std::uint64_t value) {
    append_integer(out, value);
}
void append(Bytes& out, BytesView more) {
    append_bytes(out, more);
}

std::uint16_t read_u16(BytesView bytes) noexcept {
    return read_integer<std::uint16_t>(bytes);
}
std::uint32_t read_u32(BytesView bytes) noexcept {
    return read_integer<std::uint32_t>(bytes);
}
std::uint64_t read_u64(BytesView bytes) noexcept {
    return read_integer<std::uint64_t>(bytes);
}

}  // namespace salus
