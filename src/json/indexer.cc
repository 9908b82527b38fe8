#include "json/indexer.h"

#include <algorithm>

#include "json/escape.h"

namespace salus::json {
namespace {

bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// What the bit field holds; limits::kJsonNodes is less.
constexpr std::uint32_t kLargestCount = (1U << 28U) - 1;
// Up to this many members are compared pair by pair, more are sorted.
constexpr std::size_t kPairwiseMembers = 24;

}  // namespace

Indexer::Indexer(Document& document, std::span<std::uint32_t const> structurals, Scrutiny scrutiny,
                 ParseLimits limits)
    : document_(document),
      text_(document.text()),
      structurals_(structurals),
      scrutiny_(scrutiny),
      limits_(limits) {
    limits_.depth = std::min(limits_.depth, limits::kJsonDepth);
}

Error Indexer::error_of(Refusal refusal) {
    switch (refusal) {
        case Refusal::duplicate_member: return {Errc::invalid, "duplicate member name"};
        case Refusal::lone_surrogate:
            return {Errc::invalid, "half of a surrogate pair in a string"};
        case Refusal::too_deep: return {Errc::too_large, "JSON nested too deeply"};
        case Refusal::too_many: return {Errc::too_large, "too many JSON values"};
        case Refusal::none:
        case Refusal::not_json: break;
    }
    return {Errc::invalid, "not valid JSON"};
}

Result<void> Indexer::run() {
    document_.nodes_.reserve(std::min(structurals_.size(), limits_.nodes));
    auto const size = static_cast<std::uint32_t>(text_.size());
    for (std::size_t i = 0; i < structurals_.size(); ++i) {
        auto const next = i + 1 < structurals_.size() ? structurals_[i + 1] : size;
        if (next <= structurals_[i] || next > size) return fail(error_of(Refusal::not_json));
        if (auto const refusal = step(structurals_[i], next); refusal != Refusal::none)
            return fail(error_of(refusal));
    }
    if (expect_ != Expect::end) return fail(error_of(Refusal::not_json));
    return {};
}

Indexer::Refusal Indexer::step(std::uint32_t at, std::uint32_t next) {
    char const c = text_[at];
    switch (expect_) {
        case Expect::first_element:
            if (c == ']') return close(at);
            return value(at, next);
        case Expect::value: return value(at, next);
        case Expect::first_member:
            if (c == '}') return close(at);
            [[fallthrough]];
        case Expect::name:
            if (c != '"') return Refusal::not_json;
            if (auto const refusal = string(at, next); refusal != Refusal::none) return refusal;
            expect_ = Expect::colon;
            return Refusal::none;
        case Expect::colon:
            if (c != ':') return Refusal::not_json;
            expect_ = Expect::value;
            return Refusal::none;
        case Expect::separator: {
            auto const kind = static_cast<Kind>(document_.nodes_[open_[depth_ - 1]].kind);
            if (c == ',') {
                expect_ = kind == Kind::object ? Expect::name : Expect::value;
                return Refusal::none;
            }
            if (c != (kind == Kind::object ? '}' : ']')) return Refusal::not_json;
            return close(at);
        }
        case Expect::end: return Refusal::not_json;
    }
    return Refusal::not_json;
}

Indexer::Refusal Indexer::value(std::uint32_t at, std::uint32_t next) {
    if (depth_ > 0) {
        auto& container = document_.nodes_[open_[depth_ - 1]];
        container.count = (container.count + 1) & kLargestCount;
    }
    if (text_[at] == '{') return open(at, Kind::object);
    if (text_[at] == '[') return open(at, Kind::array);
    after_value();
    return text_[at] == '"' ? string(at, next) : scalar(at, next);
}

Indexer::Refusal Indexer::open(std::uint32_t at, Kind kind) {
    if (depth_ >= static_cast<std::size_t>(limits_.depth)) return Refusal::too_deep;
    auto const node = static_cast<std::uint32_t>(document_.nodes_.size());
    if (auto const refusal = add(at, at + 1, kind, false); refusal != Refusal::none) return refusal;
    open_[depth_++] = node;
    expect_ = kind == Kind::object ? Expect::first_member : Expect::first_element;
    return Refusal::none;
}

Indexer::Refusal Indexer::close(std::uint32_t at) {
    auto const container = open_[--depth_];
    auto& node = document_.nodes_[container];
    node.end = at + 1;
    node.next = static_cast<std::uint32_t>(document_.nodes_.size());
    if (scrutiny_ == Scrutiny::members && static_cast<Kind>(node.kind) == Kind::object &&
        has_duplicates(container))
        return Refusal::duplicate_member;
    after_value();
    return Refusal::none;
}

Indexer::Refusal Indexer::scalar(std::uint32_t at, std::uint32_t next) {
    auto kind = Kind::number;
    switch (text_[at]) {
        case 'n': kind = Kind::null; break;
        case 't':
        case 'f': kind = Kind::boolean; break;
        case '}':
        case ']':
        case ',':
        case ':': return Refusal::not_json;
        default: break;
    }
    return add(at, trim(at, next), kind, false);
}

Indexer::Refusal Indexer::string(std::uint32_t at, std::uint32_t next) {
    auto const end = trim(at, next);
    if (end < at + 2 || text_[end - 1] != '"') return Refusal::not_json;
    auto const inside = text_.substr(at + 1, end - at - 2);
    bool const escapes = inside.find('\\') != std::string_view::npos;
    if (escapes && scrutiny_ == Scrutiny::members && has_lone_surrogate(inside))
        return Refusal::lone_surrogate;
    return add(at, end, Kind::string, escapes);
}

Indexer::Refusal Indexer::add(std::uint32_t begin, std::uint32_t end, Kind kind, bool escapes) {
    auto const node = static_cast<std::uint32_t>(document_.nodes_.size());
    if (node >= limits_.nodes) return Refusal::too_many;
    document_.nodes_.push_back({.begin = begin,
                                .end = end,
                                .next = node + 1,
                                .kind = static_cast<std::uint32_t>(kind) & 7U,
                                .escapes = escapes ? 1U : 0U,
                                .count = 0});
    return Refusal::none;
}

// Names are compared with their escapes resolved: {"id":1,"\u0069d":2} is a duplicate.
bool Indexer::has_duplicates(std::uint32_t object) const {
    auto const members = document_.value(object).members();
    if (document_.node(object).count > kPairwiseMembers) {
        std::vector<std::string> names;
        names.reserve(document_.node(object).count);
        for (auto const& member : members) names.push_back(member.name());
        std::sort(names.begin(), names.end());
        return std::adjacent_find(names.begin(), names.end()) != names.end();
    }
    for (auto later = members.begin(); later != members.end(); ++later) {
        auto const key = (*later).key;
        for (auto earlier = members.begin(); earlier != later; ++earlier) {
            auto const other = (*earlier).key;
            if (key.has_escapes() ? other.is_text(key.text()) : other.is_text(key.raw_text()))
                return true;
        }
    }
    return false;
}

std::uint32_t Indexer::trim(std::uint32_t begin, std::uint32_t end) const {
    while (end > begin && is_space(text_[end - 1])) --end;
    return end;
}

void Indexer::after_value() {
    expect_ = depth_ == 0 ? Expect::end : Expect::separator;
}

}  // namespace salus::json
