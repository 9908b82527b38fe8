#include "factors/webauthn/cbor.h"

#include <algorithm>
#include <limits>

#include "foundation/factor_limits.h"
#include "json/escape.h"

namespace salus::factors::webauthn {
namespace {

// RFC 8949 section 3.1.
enum Major : std::uint8_t { kUnsigned, kNegative, kBytes, kText, kArray, kMap, kTag, kSimple };

struct Head {
    std::uint8_t major;
    std::uint64_t argument;
};

std::unexpected<Error> not_canonical() {
    return fail(Errc::invalid, "not CBOR in CTAP2's canonical form");
}

// CTAP 2.1 section 8: the lower major type first, then the shorter key, then by its bytes.
bool sorts_before(BytesView a, BytesView b) {
    auto const major = [](BytesView key) { return key.front() >> 5U; };
    if (major(a) != major(b)) return major(a) < major(b);
    if (a.size() != b.size()) return a.size() < b.size();
    return std::ranges::lexicographical_compare(a, b);
}

}  // namespace

class CborReader {
public:
    explicit CborReader(BytesView rest) : rest_(rest) {}
    [[nodiscard]] BytesView rest() const noexcept { return rest_; }

    Result<Cbor> item(int depth) {
        if (++items_ > limits::kCborItems) return fail(Errc::too_large, "CBOR with too many items");
        SALUS_TRY(auto const head, this->head());
        switch (head.major) {
            case kUnsigned:
            case kNegative: return integer(head);
            case kBytes:
            case kText: return string(head);
            case kArray: return array(head.argument, depth);
            case kMap: return map(head.argument, depth);
            case kSimple: return simple(head.argument);
            default: return not_canonical();
        }
    }

private:
    Result<Head> head() {
        if (rest_.empty()) return not_canonical();
        auto const first = rest_.front();
        rest_ = rest_.subspan(1);
        Head head{.major = static_cast<std::uint8_t>(first >> 5U), .argument = first & 0x1FU};
        if (head.argument < 24) return head;
        // Simple values of two bytes and floating point numbers have such heads, too.
        if (head.argument > 27 || head.major == kSimple) return not_canonical();
        auto const size = std::size_t{1} << (head.argument - 24);
        if (rest_.size() < size) return not_canonical();
        std::uint64_t argument = 0;
        for (auto const byte : rest_.first(size)) argument = argument << 8U | byte;
        rest_ = rest_.subspan(size);
        // The next shorter form would have had room for less than this.
        auto const least = size == 1 ? 24 : std::uint64_t{1} << (size * 4);
        if (argument < least) return not_canonical();
        head.argument = argument;
        return head;
    }

    static Result<Cbor> integer(Head head) {
        constexpr auto kLargest = std::uint64_t{std::numeric_limits<std::int64_t>::max()};
        if (head.argument > kLargest) return not_canonical();
        Cbor value(Cbor::Kind::integer);
        auto const number = static_cast<std::int64_t>(head.argument);
        value.number_ = head.major == kUnsigned ? number : -1 - number;
        return value;
    }

    Result<Cbor> string(Head head) {
        if (head.argument > rest_.size()) return not_canonical();
        auto const content = rest_.first(static_cast<std::size_t>(head.argument));
        rest_ = rest_.subspan(content.size());
        if (head.major == kText && !json::is_utf8(text_of(content))) return not_canonical();
        Cbor value(head.major == kText ? Cbor::Kind::text : Cbor::Kind::bytes);
        value.content_.assign(content.begin(), content.end());
        return value;
    }

    static Result<Cbor> simple(std::uint64_t argument) {
        constexpr std::uint64_t kFalse = 20;
        constexpr std::uint64_t kTrue = 21;
        constexpr std::uint64_t kNull = 22;
        if (argument == kNull) return Cbor(Cbor::Kind::null);
        if (argument != kFalse && argument != kTrue) return not_canonical();
        Cbor value(Cbor::Kind::boolean);
        value.number_ = argument == kTrue ? 1 : 0;
        return value;
    }

    Result<Cbor> array(std::uint64_t count, int depth) {
        // Each element takes a byte at least, so this bounds the loop and the memory.
        if (depth >= limits::kCborDepth || count > rest_.size()) return not_canonical();
        Cbor value(Cbor::Kind::array);
        for (std::uint64_t i = 0; i < count; ++i) {
            SALUS_TRY(auto element, item(depth + 1));
            value.items_.push_back(std::move(element));
        }
        return value;
    }

    Result<Cbor> map(std::uint64_t count, int depth) {
        if (depth >= limits::kCborDepth || count > rest_.size() / 2) return not_canonical();
        Cbor value(Cbor::Kind::map);
        BytesView before;
        for (std::uint64_t i = 0; i < count; ++i) {
            auto const from = rest_;
            SALUS_TRY(auto key, item(depth + 1));
            if (key.kind() != Cbor::Kind::integer && key.kind() != Cbor::Kind::text) {
                return not_canonical();
            }
            auto const spelled = from.first(from.size() - rest_.size());
            if (i > 0 && !sorts_before(before, spelled)) return not_canonical();
            before = spelled;
            SALUS_TRY(auto member, item(depth + 1));
            value.items_.push_back(std::move(key));
            value.items_.push_back(std::move(member));
        }
        return value;
    }

    BytesView rest_;
    std::size_t items_ = 0;
};

Result<Cbor> Cbor::parse_first(BytesView& bytes) {
    CborReader reader(bytes);
    SALUS_TRY(auto value, reader.item(0));
    bytes = reader.rest();
    return value;
}

Result<Cbor> Cbor::parse(BytesView bytes) {
    SALUS_TRY(auto value, parse_first(bytes));
    if (!bytes.empty()) return not_canonical();
    return value;
}

std::optional<std::int64_t> Cbor::integer() const noexcept {
    if (kind_ != Kind::integer) return std::nullopt;
    return number_;
}

std::optional<BytesView> Cbor::bytes() const noexcept {
    if (kind_ != Kind::bytes) return std::nullopt;
    return BytesView(content_);
}

std::optional<std::string_view> Cbor::text() const noexcept {
    if (kind_ != Kind::text) return std::nullopt;
    return text_of(content_);
}

std::optional<bool> Cbor::boolean() const noexcept {
    if (kind_ != Kind::boolean) return std::nullopt;
    return number_ != 0;
}

std::size_t Cbor::size() const noexcept {
    return kind_ == Kind::map ? items_.size() / 2 : items_.size();
}

Cbor const* Cbor::member(std::int64_t key) const noexcept {
    if (kind_ != Kind::map) return nullptr;
    for (std::size_t i = 0; i < items_.size(); i += 2) {
        if (items_[i].integer() == key) return &items_[i + 1];
    }
    return nullptr;
}

Cbor const* Cbor::member(std::string_view key) const noexcept {
    if (kind_ != Kind::map) return nullptr;
    for (std::size_t i = 0; i < items_.size(); i += 2) {
        if (items_[i].text() == key) return &items_[i + 1];
    }
    return nullptr;
}

}  // namespace salus::factors::webauthn
