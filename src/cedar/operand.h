// What a step of an evaluation gives: a value, borrowed where it is more than a number, or the fact
// that there is none because evaluation erred. Two words, trivially copied; whoever makes one keeps
// alive what it points to. Private to the room.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "cedar/value.h"

namespace salus::cedar {

class Operand {
public:
    // In the order of Value's alternatives, so that both order values alike.
    enum class Kind : std::uint8_t {
        boolean,
        integer,
        text,
        entity,
        set,
        record,
        ip,
        decimal,
        datetime,
        duration,
        error,
    };

    // Holds nothing that may be looked at.
    Operand() = default;
    [[nodiscard]] static Operand error() noexcept { return Operand(Kind::error, std::int64_t{0}); }
    explicit Operand(bool value) noexcept : Operand(Kind::boolean, std::int64_t{value ? 1 : 0}) {}
    explicit Operand(std::int64_t value) noexcept : Operand(Kind::integer, value) {}
    explicit Operand(std::string const& value) noexcept : Operand(Kind::text, &value) {}
    explicit Operand(EntityUid const& value) noexcept : Operand(Kind::entity, &value) {}
    explicit Operand(Set const& value) noexcept : Operand(Kind::set, &value) {}
    explicit Operand(Record const& value) noexcept : Operand(Kind::record, &value) {}
    explicit Operand(IpRange const& value) noexcept : Operand(Kind::ip, &value) {}
    explicit Operand(Decimal value) noexcept : Operand(Kind::decimal, value.value) {}
    explicit Operand(DateTime value) noexcept : Operand(Kind::datetime, value.milliseconds) {}
    explicit Operand(Duration value) noexcept : Operand(Kind::duration, value.milliseconds) {}
    explicit Operand(Value const& value) noexcept;

    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    [[nodiscard]] bool is_error() const noexcept { return kind_ == Kind::error; }
    // nullptr: it is of another kind.
    [[nodiscard]] std::string const* text() const noexcept {
        return pointer<std::string>(Kind::text);
    }
    [[nodiscard]] EntityUid const* entity() const noexcept {
        return pointer<EntityUid>(Kind::entity);
    }
    [[nodiscard]] Set const* set() const noexcept { return pointer<Set>(Kind::set); }
    [[nodiscard]] Record const* record() const noexcept { return pointer<Record>(Kind::record); }
    [[nodiscard]] IpRange const* ip() const noexcept { return pointer<IpRange>(Kind::ip); }
    [[nodiscard]] bool is_true() const noexcept { return kind_ == Kind::boolean && number_ == 1; }
    [[nodiscard]] bool is_false() const noexcept { return kind_ == Kind::boolean && number_ == 0; }
    // REQUIRES: a kind that is a number: boolean, integer, decimal, datetime or duration.
    [[nodiscard]] std::int64_t number() const noexcept { return number_; }

    // Borrows what this borrows.
    [[nodiscard]] Value borrowed() const;
    // REQUIRES of both: no errors.
    [[nodiscard]] static bool equal(Operand one, Operand other) noexcept;
    [[nodiscard]] static std::strong_ordering order(Operand one, Operand other) noexcept;

private:
    Operand(Kind kind, std::int64_t number) noexcept : kind_(kind), number_(number) {}
    Operand(Kind kind, void const* pointer) noexcept : kind_(kind), pointer_(pointer) {}
    template <class T>
    [[nodiscard]] T const* pointer(Kind kind) const noexcept {
        return kind_ == kind ? static_cast<T const*>(pointer_) : nullptr;
    }

    Kind kind_;
    union {
        std::int64_t number_;
        void const* pointer_;
    };
};

}  // namespace salus::cedar
