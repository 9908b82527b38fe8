// Values of the policy language (Cedar language reference, "Data types"): what policies compute
// with and what requests and entities are made of. Immutable; a copy costs a reference count at
// most. Any thread.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace salus::cedar {

// Of what type and which one: User::"ada". A type may stand in namespaces: Clinic::User.
struct EntityUid {
    std::string type;
    std::string id;
    friend auto operator<=>(EntityUid const&, EntityUid const&) = default;
    // The ids first: entities that are compared are mostly of one type.
    friend bool operator==(EntityUid const& one, EntityUid const& other) noexcept {
        return one.id == other.id && one.type == other.type;
    }
};

// ip("10.0.0.0/8") (RFC 4632, RFC 4291): an address or a range of addresses.
struct IpRange {
    bool version_6 = false;
    std::array<std::uint8_t, 16> address{};  // an IPv4 address in the first four
    std::uint8_t prefix = 0;                 // bits
    friend auto operator<=>(IpRange const&, IpRange const&) = default;
};
// decimal("1.2345"), in units of 0.0001.
struct Decimal {
    std::int64_t value = 0;
    friend auto operator<=>(Decimal const&, Decimal const&) = default;
};
// datetime("2026-11-27T08:00:00Z"): milliseconds since 1970-01-01T00:00:00Z.
struct DateTime {
    std::int64_t milliseconds = 0;
    friend auto operator<=>(DateTime const&, DateTime const&) = default;
};
// duration("1h30m"): milliseconds.
struct Duration {
    std::int64_t milliseconds = 0;
    friend auto operator<=>(Duration const&, Duration const&) = default;
};

class Value;

// Without duplicates, in the order of Value; so that two sets are equal if their elements are.
class Set {
public:
    explicit Set(std::vector<Value> elements);
    [[nodiscard]] std::vector<Value> const& elements() const noexcept { return elements_; }
    [[nodiscard]] bool contains(Value const& value) const;

private:
    std::vector<Value> elements_;
};

// The names of a record's members. Whoever makes many records with the same names keeps them once.
class Shape {
public:
    static constexpr std::size_t kNone = ~std::size_t{0};
    // REQUIRES: ascending, each once.
    explicit Shape(std::vector<std::string> names);
    [[nodiscard]] std::vector<std::string> const& names() const noexcept { return names_; }
    // kNone: it has no such name.
    [[nodiscard]] std::size_t find(std::string_view name) const noexcept;

private:
    // Of few names, where one is from where its hash says on; 0: it is not there.
    static constexpr std::size_t kPlaces = 32;
    static constexpr std::size_t kFew = kPlaces - 8;
    [[nodiscard]] static std::size_t place_of(std::string_view name) noexcept;
    std::vector<std::string> names_;
    std::array<std::uint8_t, kPlaces> places_{};  // positions, from 1
};
using ShapePointer = std::shared_ptr<Shape const>;

// By name, in the order of names. Of two members with one name the last one counts.
class Record {
public:
    using Member = std::pair<std::string, Value>;
    Record() = default;
    explicit Record(std::vector<Member> members);
    // REQUIRES: a value for each name, in their order.
    Record(ShapePointer shape, std::vector<Value> values);

    [[nodiscard]] std::size_t size() const noexcept;
    [[nodiscard]] std::string const& name(std::size_t at) const { return shape_->names()[at]; }
    [[nodiscard]] Value const& value(std::size_t at) const;
    // As pairs of name and value.
    [[nodiscard]] auto members() const;
    // Given up: to make another record of the same shape of them.
    [[nodiscard]] std::vector<Value> release() && noexcept;
    // nullptr: it has none of this name.
    [[nodiscard]] Value const* find(std::string_view name) const noexcept;
    friend std::strong_ordering operator<=>(Record const& one, Record const& other);

private:
    ShapePointer shape_;  // nullptr: of no members
    std::vector<Value> values_;
};

using SetPointer = std::shared_ptr<Set const>;
using RecordPointer = std::shared_ptr<Record const>;
using EntityPointer = std::shared_ptr<EntityUid const>;

class Value {
public:
    using Variant = std::variant<bool, std::int64_t, std::string, EntityPointer, SetPointer,
                                 RecordPointer, IpRange, Decimal, DateTime, Duration>;

    explicit Value(bool value) : value_(value) {}
    explicit Value(std::int64_t value) : value_(value) {}
    explicit Value(std::string value) : value_(std::move(value)) {}
    explicit Value(char const*) = delete;  // would be a bool
    explicit Value(EntityUid value) : value_(std::make_shared<EntityUid const>(std::move(value))) {}
    explicit Value(EntityPointer value) : value_(std::move(value)) {}
    explicit Value(Set value);
    explicit Value(Record value);
    // REQUIRES of the pointers: they point to something.
    explicit Value(SetPointer value) : value_(std::move(value)) {}
    explicit Value(RecordPointer value) : value_(std::move(value)) {}
    explicit Value(IpRange value) : value_(value) {}
    explicit Value(Decimal value) : value_(value) {}
    explicit Value(DateTime value) : value_(value) {}
    explicit Value(Duration value) : value_(value) {}

    // nullptr: it is of another type.
    [[nodiscard]] bool const* boolean() const noexcept { return std::get_if<bool>(&value_); }
    [[nodiscard]] std::int64_t const* integer() const noexcept {
        return std::get_if<std::int64_t>(&value_);
    }
    [[nodiscard]] std::string const* text() const noexcept {
        return std::get_if<std::string>(&value_);
    }
    [[nodiscard]] EntityUid const* entity() const noexcept { return behind<EntityPointer>(); }
    [[nodiscard]] Set const* set() const noexcept { return behind<SetPointer>(); }
    [[nodiscard]] Record const* record() const noexcept { return behind<RecordPointer>(); }
    [[nodiscard]] Variant const& variant() const noexcept { return value_; }

    // By value, all the way down. Values of two types are unequal; their order is that of the
    // types.
    friend bool operator==(Value const& one, Value const& other);
    friend std::strong_ordering operator<=>(Value const& one, Value const& other);

private:
    template <class Pointer>
    [[nodiscard]] Pointer::element_type* behind() const noexcept {
        auto const* const pointer = std::get_if<Pointer>(&value_);
        return pointer != nullptr ? pointer->get() : nullptr;
    }

    Variant value_;
};

inline std::size_t Record::size() const noexcept {
    return values_.size();
}
inline Value const& Record::value(std::size_t at) const {
    return values_[at];
}
inline auto Record::members() const {
    return std::views::iota(std::size_t{0}, size()) | std::views::transform([this](std::size_t at) {
               return std::pair<std::string const&, Value const&>(name(at), value(at));
           });
}

}  // namespace salus::cedar
