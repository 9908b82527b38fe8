#include "cedar/value.h"

#include <algorithm>
#include <functional>
#include <map>

namespace salus::cedar {
namespace {

std::strong_ordering order(Set const& one, Set const& other) {
    return one.elements() <=> other.elements();
}

std::strong_ordering order(Record const& one, Record const& other) {
    return one.members() <=> other.members();
}

std::strong_ordering order(EntityUid const& one, EntityUid const& other) {
    return one <=> other;
}

template <class T>
std::strong_ordering order(std::shared_ptr<T const> const& one,
                           std::shared_ptr<T const> const& other) {
    if (one == other) return std::strong_ordering::equal;
    if (one == nullptr || other == nullptr) return (one != nullptr) <=> (other != nullptr);
    return order(*one, *other);
}

template <class T>
    requires(!requires(T const& value) { *value; })
std::strong_ordering order(T const& one, T const& other) {
    return one <=> other;
}

}  // namespace

Set::Set(std::vector<Value> elements) : elements_(std::move(elements)) {
    if (elements_.size() < 2) return;
    std::ranges::sort(elements_);
    auto const rest = std::ranges::unique(elements_);
    elements_.erase(rest.begin(), rest.end());
}

bool Set::contains(Value const& value) const {
    return std::ranges::binary_search(elements_, value);
}

Record::Record(std::vector<Member> members) : members_(std::move(members)) {
    auto const is_misplaced = [](Member const& one, Member const& other) {
        return one.first >= other.first;
    };
    // Whoever writes them down in order pays for nothing.
    if (std::ranges::adjacent_find(members_, is_misplaced) == members_.end()) return;
    std::map<std::string, Value, std::less<>> last;
    for (auto& [name, value] : members_) last.insert_or_assign(std::move(name), std::move(value));
    members_.clear();
    while (!last.empty()) {
        auto member = last.extract(last.begin());
        members_.emplace_back(std::move(member.key()), std::move(member.mapped()));
    }
}

std::vector<Record::Member> Record::release() && noexcept {
    return std::move(members_);
}

Value const* Record::find(std::string_view name) const noexcept {
    // Of few, most are passed over by their length alone.
    constexpr std::size_t kFew = 16;
    auto const found = members_.size() <= kFew
                           ? std::ranges::find(members_, name, &Member::first)
                           : std::ranges::lower_bound(members_, name, {}, &Member::first);
    return found != members_.end() && found->first == name ? &found->second : nullptr;
}

Value::Value(Set value) : value_(std::make_shared<Set const>(std::move(value))) {}
Value::Value(Record value) : value_(std::make_shared<Record const>(std::move(value))) {}

bool operator==(Value const& one, Value const& other) {
    return (one <=> other) == 0;
}

std::strong_ordering operator<=>(Value const& one, Value const& other) {
    if (auto const types = one.value_.index() <=> other.value_.index(); types != 0) return types;
    return std::visit(
        [&other]<class T>(T const& value) -> std::strong_ordering {
            return order(value, *std::get_if<T>(&other.value_));
        },
        one.value_);
}

}  // namespace salus::cedar
