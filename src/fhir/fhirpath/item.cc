#include "fhir/fhirpath/item.h"

#include <new>

namespace salus::fhir::fhirpath {

Item Item::of(bool value) noexcept {
    Item item;
    item.kind_ = ItemKind::boolean;
    item.boolean_ = value;
    return item;
}

Item Item::of(std::int64_t value) noexcept {
    Item item;
    item.kind_ = ItemKind::integer;
    item.integer_ = value;
    return item;
}

Item Item::of(Decimal value) noexcept {
    Item item;
    item.kind_ = ItemKind::decimal;
    new (&item.decimal_) Decimal(value);
    return item;
}

Item Item::of(std::string_view text) noexcept {
    Item item;
    item.text_ = text;
    return item;
}

Item Item::of(Quantity const& quantity) noexcept {
    Item item;
    item.kind_ = ItemKind::quantity;
    item.quantity_ = &quantity;
    return item;
}

Item Item::of(Moment moment, MomentKind kind) noexcept {
    Item item;
    item.kind_ = kind == MomentKind::date        ? ItemKind::date
                 : kind == MomentKind::date_time ? ItemKind::date_time
                                                 : ItemKind::time;
    new (&item.moment_) Moment(moment);
    return item;
}

Item Item::type_name(std::string_view space, std::string_view name) noexcept {
    Item item;
    item.kind_ = ItemKind::type_name;
    new (&item.names_) Names{space, name};
    return item;
}

Item Item::element(json::Value value, Type const& type) noexcept {
    Item item;
    item.kind_ = ItemKind::element;
    item.type_ = &type;
    item.has_value_ = true;
    new (&item.element_) ElementParts{value, value};
    return item;
}

Item Item::element(json::Value value, json::Value companion, Type const& type) noexcept {
    auto item = element(value, type);
    item.has_companion_ = true;
    item.element_.companion = companion;
    return item;
}

Item Item::companion_only(json::Value companion, Type const& type) noexcept {
    auto item = element(companion, type);
    item.has_value_ = false;
    item.has_companion_ = true;
    return item;
}

Item Item::stub(Type const& type) noexcept {
    Item item;
    item.kind_ = ItemKind::element;
    item.type_ = &type;
    return item;
}

std::optional<Item> Item::resource(json::Value value) noexcept {
    auto const name = value.member("resourceType");
    if (!name || !name->is_string() || name->has_escapes()) return std::nullopt;
    auto const* type = find_resource_type(name->raw_text());
    if (type == nullptr) return std::nullopt;
    return element(value, *type);
}

MomentKind Item::moment_kind() const noexcept {
    return kind_ == ItemKind::date   ? MomentKind::date
           : kind_ == ItemKind::time ? MomentKind::time
                                     : MomentKind::date_time;
}

}  // namespace salus::fhir::fhirpath
