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
    return one <=> other;
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

Shape::Shape(std::vector<std::string> names) : names_(std::move(names)) {
    if (names_.size() > kFew) return;
    for (std::size_t position = 0; position < names_.size(); ++position) {
        auto place = place_of(names_[position]);
        while (places_.at(place) != 0) place = (place + 1) % kPlaces;
        places_.at(place) = static_cast<std::uint8_t>(position + 1);
    }
}

// Few names share length, beginning and end.
std::size_t Shape::place_of(std::string_view name) noexcept {
    if (name.empty()) return 0;
    auto const first = static_cast<unsigned char>(name.front());
    auto const last = static_cast<unsigned char>(name.back());
    return (name.size() + first + last * std::size_t{8}) % kPlaces;
}

std::size_t Shape::find(std::string_view name) const noexcept {
    if (names_.size() > kFew) {
        auto const found = std::ranges::lower_bound(names_, name);
        bool const there = found != names_.end() && *found == name;
        return there ? static_cast<std::size_t>(found - names_.begin()) : kNone;
    }
    // Some places are free.
    for (auto place = place_of(name);; place = (place + 1) % kPlaces) {
        std::size_t const position = places_[place];
        if (position == 0) return kNone;
        if (names_[position - 1] == name) return position - 1;
    }
}

Record::Record(std::vector<Member> members) {
    if (members.empty()) return;
    std::map<std::string, Value, std::less<>> last;
    for (auto& [name, value] : members) last.insert_or_assign(std::move(name), std::move(value));
    std::vector<std::string> names;
    names.reserve(last.size());
    values_.reserve(last.size());
    while (!last.empty()) {
        auto member = last.extract(last.begin());
        names.push_back(std::move(member.key()));
        values_.push_back(std::move(member.mapped()));
    }
    shape_ = std::make_shared<Shape const>(std::move(names));
}

std::strong_ordering operator<=>(Record const& one, Record const& other) {
    for (std::size_t at = 0; at < std::min(one.size(), other.size()); ++at) {
        if (auto const names = one.name(at) <=> other.name(at); names != 0) return names;
        if (auto const values = one.value(at) <=> other.value(at); values != 0) return values;
    }
    return one.size() <=> other.size();
}

Record::Record(ShapePointer shape, std::vector<Value> values)
    : shape_(std::move(shape)), values_(std::move(values)) {}

std::vector<Value> Record::release() && noexcept {
    return std::move(values_);
}

Value const* Record::find(std::string_view name) const noexcept {
    if (values_.empty()) return nullptr;
    auto const at = shape_->find(name);
    return at != Shape::kNone ? &values_[at] : nullptr;
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
