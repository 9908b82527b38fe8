#include "pages/qr_code.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

namespace salus::pages {
namespace {

using Codewords = std::vector<unsigned char>;

// Of level M, by version (tables 1, 9 and E.1).
struct Layout {
    int codewords;  // data and correction
    int blocks;
    int correction;  // codewords of each block
    std::array<int, 3> alignment;
};
constexpr std::array<Layout, 11> kLayouts{{{0, 0, 0, {}},
                                           {26, 1, 10, {}},
                                           {44, 1, 16, {6, 18}},
                                           {70, 1, 26, {6, 22}},
                                           {100, 2, 18, {6, 26}},
                                           {134, 2, 24, {6, 30}},
                                           {172, 4, 16, {6, 34}},
                                           {196, 4, 18, {6, 22, 38}},
                                           {242, 4, 22, {6, 24, 42}},
                                           {292, 5, 22, {6, 26, 46}},
                                           {346, 5, 26, {6, 28, 50}}}};
constexpr int kVersions = 10;
constexpr unsigned kMasks = 8;

int data_codewords(int version) {
    auto const& layout = kLayouts[static_cast<std::size_t>(version)];
    return layout.codewords - layout.blocks * layout.correction;
}

// In the field of 256 elements over x^8 + x^4 + x^3 + x^2 + 1 (section 7.5.2).
unsigned char multiply(unsigned char a, unsigned char b) {
    unsigned product = 0;
    for (int i = 7; i >= 0; --i) {
        product = (product << 1U) ^ ((product >> 7U) * 0x11dU);
        product ^= ((static_cast<unsigned>(b) >> static_cast<unsigned>(i)) & 1U) * a;
    }
    return static_cast<unsigned char>(product);
}

Codewords generator(int degree) {
    Codewords out(static_cast<std::size_t>(degree), 0);
    out.back() = 1;
    unsigned char root = 1;
    for (int i = 0; i < degree; ++i) {
        for (std::size_t j = 0; j < out.size(); ++j) {
            out[j] = multiply(out[j], root);
            if (j + 1 < out.size()) out[j] ^= out[j + 1];
        }
        root = multiply(root, 2);
    }
    return out;
}

Codewords correction_of(std::span<unsigned char const> data, Codewords const& divisor) {
    Codewords rest(divisor.size(), 0);
    for (auto const byte : data) {
        auto const factor = static_cast<unsigned char>(byte ^ rest.front());
        rest.erase(rest.begin());
        rest.push_back(0);
        for (std::size_t i = 0; i < rest.size(); ++i) rest[i] ^= multiply(divisor[i], factor);
    }
    return rest;
}

class Bits {
public:
    void add(unsigned value, int count) {
        for (int i = count - 1; i >= 0; --i)
            bits_.push_back((value >> static_cast<unsigned>(i)) & 1U);
    }
    [[nodiscard]] std::size_t size() const noexcept { return bits_.size(); }
    [[nodiscard]] Codewords bytes() const {
        Codewords out((bits_.size() + 7) / 8, 0);
        for (std::size_t i = 0; i < bits_.size(); ++i) {
            if (bits_[i]) out[i / 8] |= static_cast<unsigned char>(0x80U >> (i % 8));
        }
        return out;
    }

private:
    std::vector<bool> bits_;
};

// Mode, count, bytes, terminator, padding (section 7.4).
Codewords data_of(std::string_view text, int version) {
    auto const capacity = static_cast<std::size_t>(data_codewords(version));
    Bits bits;
    bits.add(4, 4);
    bits.add(static_cast<unsigned>(text.size()), version < 10 ? 8 : 16);
    for (char const c : text) bits.add(static_cast<unsigned char>(c), 8);
    bits.add(0, static_cast<int>(std::min<std::size_t>(4, capacity * 8 - bits.size())));
    auto out = bits.bytes();
    for (unsigned char pad = 0xec; out.size() < capacity; pad ^= 0xec ^ 0x11) out.push_back(pad);
    return out;
}

// Cut into blocks, each with its correction, one codeword of each in turn (section 7.6).
Codewords interleaved(Codewords const& data, int version) {
    auto const& layout = kLayouts[static_cast<std::size_t>(version)];
    auto const blocks = static_cast<std::size_t>(layout.blocks);
    auto const divisor = generator(layout.correction);
    auto const shorter = data.size() / blocks;
    auto const longer = data.size() % blocks;  // how many blocks have one more
    std::vector<std::span<unsigned char const>> parts;
    std::vector<Codewords> corrections;
    for (std::size_t i = 0, begin = 0; i < blocks; ++i) {
        auto const size = shorter + (i >= blocks - longer ? 1 : 0);
        parts.push_back(std::span(data).subspan(begin, size));
        corrections.push_back(correction_of(parts.back(), divisor));
        begin += size;
    }
    Codewords out;
    for (std::size_t i = 0; i <= shorter; ++i) {
        for (auto const& part : parts) {
            if (i < part.size()) out.push_back(part[i]);
        }
    }
    for (std::size_t i = 0; i < divisor.size(); ++i) {
        for (auto const& correction : corrections) out.push_back(correction[i]);
    }
    return out;
}

bool is_masked(unsigned mask, int x, int y) {
    switch (mask) {
        case 0: return (x + y) % 2 == 0;
        case 1: return y % 2 == 0;
        case 2: return x % 3 == 0;
        case 3: return (x + y) % 3 == 0;
        case 4: return (x / 3 + y / 2) % 2 == 0;
        case 5: return x * y % 2 + x * y % 3 == 0;
        case 6: return (x * y % 2 + x * y % 3) % 2 == 0;
        default: return ((x + y) % 2 + x * y % 3) % 2 == 0;
    }
}

}  // namespace

QrCode::QrCode(int version)
    : version_(version),
      size_(version * 4 + 17),
      modules_(static_cast<std::size_t>(size_) * static_cast<std::size_t>(size_)),
      reserved_(modules_.size()) {
    place_patterns();
}

void QrCode::set(int x, int y, bool is_dark) {
    modules_[index(x, y)] = is_dark;
    reserved_[index(x, y)] = true;
}

void QrCode::place_finder(int x, int y) {
    for (int dy = -4; dy <= 4; ++dy) {
        for (int dx = -4; dx <= 4; ++dx) {
            bool const inside = x + dx >= 0 && x + dx < size_ && y + dy >= 0 && y + dy < size_;
            auto const distance = std::max(std::abs(dx), std::abs(dy));
            if (inside) set(x + dx, y + dy, distance != 2 && distance != 4);
        }
    }
}

void QrCode::place_alignment(int x, int y) {
    for (int dy = -2; dy <= 2; ++dy) {
        for (int dx = -2; dx <= 2; ++dx)
            set(x + dx, y + dy, std::max(std::abs(dx), std::abs(dy)) != 1);
    }
}

void QrCode::place_patterns() {
    for (int i = 0; i < size_; ++i) {
        set(6, i, i % 2 == 0);
        set(i, 6, i % 2 == 0);
    }
    place_finder(3, 3);
    place_finder(size_ - 4, 3);
    place_finder(3, size_ - 4);
    std::vector<int> centres;
    for (int const at : kLayouts[static_cast<std::size_t>(version_)].alignment) {
        if (at > 0) centres.push_back(at);
    }
    for (int const x : centres) {
        for (int const y : centres) {
            bool const at_finder = (x == 6 && y == 6) || (x == 6 && y == centres.back()) ||
                                   (x == centres.back() && y == 6);
            if (!at_finder) place_alignment(x, y);
        }
    }
    place_format(0);
    place_version();
}

// BCH(15,5), level M, twice (section 7.9.1).
void QrCode::place_format(unsigned mask) {
    unsigned const data = mask;  // level M is 00
    unsigned rest = data;
    for (int i = 0; i < 10; ++i) rest = (rest << 1U) ^ ((rest >> 9U) * 0x537U);
    unsigned const bits = (data << 10U | rest) ^ 0x5412U;
    auto const bit = [bits](int i) { return ((bits >> static_cast<unsigned>(i)) & 1U) != 0; };
    for (int i = 0; i <= 5; ++i) set(8, i, bit(i));
    set(8, 7, bit(6));
    set(8, 8, bit(7));
    set(7, 8, bit(8));
    for (int i = 9; i < 15; ++i) set(14 - i, 8, bit(i));
    for (int i = 0; i < 8; ++i) set(size_ - 1 - i, 8, bit(i));
    for (int i = 8; i < 15; ++i) set(8, size_ - 15 + i, bit(i));
    set(8, size_ - 8, true);
}

// BCH(18,6), twice (section 7.10).
void QrCode::place_version() {
    if (version_ < 7) return;
    auto rest = static_cast<unsigned>(version_);
    for (int i = 0; i < 12; ++i) rest = (rest << 1U) ^ ((rest >> 11U) * 0x1f25U);
    unsigned const bits = static_cast<unsigned>(version_) << 12U | rest;
    for (int i = 0; i < 18; ++i) {
        bool const is_dark = ((bits >> static_cast<unsigned>(i)) & 1U) != 0;
        set(size_ - 11 + i % 3, i / 3, is_dark);
        set(i / 3, size_ - 11 + i % 3, is_dark);
    }
}

// In columns of two, upwards and downwards in turn (section 7.7.3).
void QrCode::place_data(Codewords const& codewords) {
    std::size_t at = 0;
    for (int right = size_ - 1; right >= 1; right -= 2) {
        if (right == 6) right = 5;
        bool const upwards = ((right + 1) & 2) == 0;
        for (int step = 0; step < size_; ++step) {
            int const y = upwards ? size_ - 1 - step : step;
            for (int const x : {right, right - 1}) {
                if (reserved_[index(x, y)] || at >= codewords.size() * 8) continue;
                modules_[index(x, y)] = ((codewords[at / 8] >> (7 - at % 8)) & 1U) != 0;
                ++at;
            }
        }
    }
}

void QrCode::apply_mask(unsigned mask) {
    for (int y = 0; y < size_; ++y) {
        for (int x = 0; x < size_; ++x) {
            if (!reserved_[index(x, y)] && is_masked(mask, x, y))
                modules_[index(x, y)] = !modules_[index(x, y)];
        }
    }
}

// Long runs, and what looks like a finder (section 7.8.3, N1 and N3).
int QrCode::penalty_of_lines(bool down) const {
    int total = 0;
    for (int line = 0; line < size_; ++line) {
        std::string text;
        for (int i = 0; i < size_; ++i)
            text.push_back(down ? (dark(line, i) ? '1' : '0') : (dark(i, line) ? '1' : '0'));
        for (std::size_t begin = 0; begin < text.size();) {
            auto const end = std::min(text.find_first_not_of(text[begin], begin), text.size());
            auto const run = static_cast<int>(end - begin);
            if (run >= 5) total += run - 2;
            begin = end;
        }
        for (std::string_view const finder : {"10111010000", "00001011101"}) {
            for (auto at = text.find(finder); at != std::string::npos;
                 at = text.find(finder, at + 1))
                total += 40;
        }
    }
    return total;
}

int QrCode::penalty() const {
    int total = penalty_of_lines(false) + penalty_of_lines(true);
    int darks = 0;
    for (int y = 0; y < size_; ++y) {
        for (int x = 0; x < size_; ++x) {
            darks += dark(x, y) ? 1 : 0;
            bool const block = x > 0 && y > 0 && dark(x, y) == dark(x - 1, y) &&
                               dark(x, y) == dark(x, y - 1) && dark(x, y) == dark(x - 1, y - 1);
            if (block) total += 3;
        }
    }
    int const all = size_ * size_;
    return total + std::abs(darks * 20 - all * 10) / all * 10;
}

std::optional<QrCode> QrCode::of(std::string_view text) {
    if (text.size() > kLongest) return std::nullopt;
    int version = 1;
    auto const overhead = [](int of) { return of < 10 ? 2 : 3; };
    while (version<kVersions&& static_cast<int>(text.size()) + overhead(version)> data_codewords(
        version))
        ++version;
    QrCode code(version);
    code.place_data(interleaved(data_of(text, version), version));
    auto const penalty_under = [&code](unsigned mask) {
        auto tried = code;
        tried.place_format(mask);
        tried.apply_mask(mask);
        return tried.penalty();
    };
    unsigned best = 0;
    for (unsigned mask = 1; mask < kMasks; ++mask) {
        if (penalty_under(mask) < penalty_under(best)) best = mask;
    }
    code.place_format(best);
    code.apply_mask(best);
    return code;
}

std::string QrCode::data_uri() const {
    constexpr int kQuiet = 4;
    auto const side = std::to_string(size_ + 2 * kQuiet);
    std::string out = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 " +
                      side + " " + side + "' shape-rendering='crispEdges'%3E%3Cpath d='";
    for (int y = 0; y < size_; ++y) {
        for (int x = 0; x < size_; ++x) {
            if (!dark(x, y)) continue;
            out.append("M").append(std::to_string(x + kQuiet)).append(",");
            out.append(std::to_string(y + kQuiet)).append("h1v1h-1z");
        }
    }
    return out + "'/%3E%3C/svg%3E";
}

}  // namespace salus::pages
