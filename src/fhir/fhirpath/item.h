// Item: one thing in a FHIRPath collection. Either an element of a resource, seen through its type
// in the definitions, or a value that was computed or written in the expression.
//
// Items borrow: the document of the resource, the definitions, the expression, and for computed
// text and quantities the Evaluator that made them. Cheap to copy. Thread safety: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

#include "fhir/definitions.h"
#include "fhir/fhirpath/temporal.h"
#include "fhir/fhirpath/units.h"
#include "json/document.h"

namespace salus::fhir::fhirpath {

enum class ItemKind : std::uint8_t {
    element,  // of a resource: primitive, complex, or a resource itself
    boolean,  // from here on: the System types
    string,
    integer,
    decimal,
    date,
    date_time,
    time,
    quantity,
    type_name,  // what type() says
};

class Item {
public:
    // The empty string.
    constexpr Item() noexcept : kind_(ItemKind::string), text_() {}

    [[nodiscard]] static Item of(bool value) noexcept;
    [[nodiscard]] static Item of(std::int64_t value) noexcept;
    [[nodiscard]] static Item of(Decimal value) noexcept;
    [[nodiscard]] static Item of(std::string_view text) noexcept;
    [[nodiscard]] static Item of(Quantity const& quantity) noexcept;
    [[nodiscard]] static Item of(Moment moment, MomentKind kind) noexcept;
    [[nodiscard]] static Item type_name(std::string_view space, std::string_view name) noexcept;
    // An element with a value.
    [[nodiscard]] static Item element(json::Value value, Type const& type) noexcept;
    // A primitive with its companion (the member with the underscore), which holds id and
    // extensions.
    [[nodiscard]] static Item element(json::Value value, json::Value companion,
                                      Type const& type) noexcept;
    // A primitive without a value.
    [[nodiscard]] static Item companion_only(json::Value companion, Type const& type) noexcept;
    // Of this type and otherwise unknown: a resource that a reference names.
    [[nodiscard]] static Item stub(Type const& type) noexcept;
    // The root of a document that holds a resource; nothing if its type is not known.
    [[nodiscard]] static std::optional<Item> resource(json::Value value) noexcept;

    [[nodiscard]] ItemKind kind() const noexcept { return kind_; }
    [[nodiscard]] bool is_element() const noexcept { return kind_ == ItemKind::element; }
    // Of an element; nullptr: none.
    [[nodiscard]] Type const* type() const noexcept { return type_; }
    [[nodiscard]] bool is_primitive() const noexcept {
        return type_ != nullptr && type_->kind == TypeKind::primitive;
    }
    [[nodiscard]] bool is_resource() const noexcept {
        return type_ != nullptr && type_->kind == TypeKind::resource;
    }
    [[nodiscard]] bool has_value() const noexcept { return has_value_; }
    [[nodiscard]] bool has_companion() const noexcept { return has_companion_; }
    // REQUIRES: an element that has it.
    [[nodiscard]] json::Value value() const noexcept { return element_.value; }
    [[nodiscard]] json::Value companion() const noexcept { return element_.companion; }

    // REQUIRES: of that kind.
    [[nodiscard]] bool boolean() const noexcept { return boolean_; }
    [[nodiscard]] std::int64_t integer() const noexcept { return integer_; }
    [[nodiscard]] Decimal decimal() const noexcept { return decimal_; }
    [[nodiscard]] std::string_view text() const noexcept { return text_; }
    [[nodiscard]] Quantity const& quantity() const noexcept { return *quantity_; }
    [[nodiscard]] Moment const& moment() const noexcept { return moment_; }
    [[nodiscard]] MomentKind moment_kind() const noexcept;
    [[nodiscard]] std::string_view type_space() const noexcept { return names_.space; }
    [[nodiscard]] std::string_view type_text() const noexcept { return names_.name; }

    [[nodiscard]] bool is_moment() const noexcept {
        return kind_ == ItemKind::date || kind_ == ItemKind::date_time || kind_ == ItemKind::time;
    }
    [[nodiscard]] bool is_number() const noexcept {
        return kind_ == ItemKind::integer || kind_ == ItemKind::decimal;
    }
    // REQUIRES: a number.
    [[nodiscard]] Decimal number() const noexcept {
        return kind_ == ItemKind::integer ? Decimal(integer_) : decimal_;
    }

private:
    struct ElementParts {
        json::Value value;
        json::Value companion;
    };
    struct Names {
        std::string_view space;
        std::string_view name;
    };

    ItemKind kind_;
    bool has_value_ = false;
    bool has_companion_ = false;
    Type const* type_ = nullptr;
    union {
        ElementParts element_;
        bool boolean_;
        std::int64_t integer_;
        Decimal decimal_;
        Moment moment_;
        std::string_view text_;
        Quantity const* quantity_;
        Names names_;
    };
};
static_assert(std::is_trivially_copyable_v<Item>);
static_assert(sizeof(Item) == 48);

}  // namespace salus::fhir::fhirpath
