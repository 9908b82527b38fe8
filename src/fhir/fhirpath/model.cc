#include "fhir/fhirpath/model.h"

#include <algorithm>
#include <array>
#include <bit>

namespace salus::fhir::fhirpath {
namespace {

using Abstract = TypeSpecifier::Abstract;

// valueQuantity of type Quantity is a choice called value.
std::string_view name_of(Element const& element) {
    auto const name = element.name.text();
    if (element.choice == 0) return name;
    return name.substr(0, name.size() - element.type->name.text().size());
}

// The primitive that another one restricts (https://hl7.org/fhir/R4/datatypes.html).
Lexical base_of(Lexical lexical) noexcept {
    switch (lexical) {
        case Lexical::code:
        case Lexical::id:
        case Lexical::markdown: return Lexical::string;
        case Lexical::url:
        case Lexical::canonical:
        case Lexical::uuid:
        case Lexical::oid: return Lexical::uri;
        case Lexical::positive_int:
        case Lexical::unsigned_int: return Lexical::integer;
        default: return Lexical::none;
    }
}

constexpr std::array<std::string_view, 4> kQuantities = {"Age", "Count", "Distance", "Duration"};
constexpr std::array<std::string_view, 8> kBackbones = {
    "Dosage",           "ElementDefinition", "MarketingStatus", "Population", "ProdCharacteristic",
    "ProductShelfLife", "SubstanceAmount",   "Timing"};
constexpr std::array<std::string_view, 3> kWithoutDomain = {"Binary", "Bundle", "Parameters"};

bool among(std::span<std::string_view const> names, std::string_view name) noexcept {
    return std::ranges::find(names, name) != names.end();
}

bool is_abstractly(Type const& type, Abstract abstract) noexcept {
    bool const resource = type.kind == TypeKind::resource || type.kind == TypeKind::any_resource;
    switch (abstract) {
        case Abstract::none: return false;
        case Abstract::element: return !resource;
        case Abstract::backbone_element:
            return type.kind == TypeKind::backbone || among(kBackbones, type.name.text());
        case Abstract::resource: return resource;
        case Abstract::domain_resource: return resource && !among(kWithoutDomain, type.name.text());
    }
    return false;
}

Abstract abstract_called(std::string_view name) {
    if (name == "Element") return Abstract::element;
    if (name == "BackboneElement") return Abstract::backbone_element;
    if (name == "Resource") return Abstract::resource;
    if (name == "DomainResource") return Abstract::domain_resource;
    return Abstract::none;
}

struct SystemType {
    std::string_view name;
    ItemKind kind;
};
constexpr SystemType kSystemTypes[] = {
    {"Boolean", ItemKind::boolean}, {"String", ItemKind::string},
    {"Integer", ItemKind::integer}, {"Decimal", ItemKind::decimal},
    {"Date", ItemKind::date},       {"DateTime", ItemKind::date_time},
    {"Time", ItemKind::time},       {"Quantity", ItemKind::quantity},
};

std::size_t hash(Type const& type, NameId name) noexcept {
    auto const address = std::bit_cast<std::uintptr_t>(&type);
    return ((address >> 3U) ^ (std::size_t{name} << 20U)) * 0x9e3779b97f4a7c15U >> 17U;
}

}  // namespace

Model const& Model::of_r4() {
    static Model const model;
    return model;
}

Model::Model() : string_(find_type("string")), extension_(find_type("Extension")) {
    std::size_t elements = 0;
    for (auto const& type : resource_types()) elements += type.elements.size();
    for (auto const& type : other_types()) elements += type.elements.size();
    slots_.resize(std::bit_ceil(elements * 2));
    for (auto const& type : resource_types()) add_type(type);
    for (auto const& type : other_types()) add_type(type);
}

void Model::add_type(Type const& type) {
    for (std::size_t i = 0; i < type.elements.size();) {
        auto const& first = type.elements[i];
        std::uint16_t count = 1;
        while (first.choice != 0 && i + count < type.elements.size() &&
               type.elements[i + count].choice == first.choice)
            ++count;
        auto const name = name_of(first);
        auto const [entry, added] =
            names_.try_emplace(name, static_cast<NameId>(names_.size() + 1));
        insert(type, entry->second, {&first, count, name});
        i += count;
    }
}

void Model::insert(Type const& type, NameId name, Child child) {
    slots_[slot_of(type, name)] = {&type, name, child};
}

std::size_t Model::slot_of(Type const& type, NameId name) const noexcept {
    auto const mask = slots_.size() - 1;
    auto at = hash(type, name) & mask;
    while (slots_[at].type != nullptr && (slots_[at].type != &type || slots_[at].name != name))
        at = (at + 1) & mask;
    return at;
}

NameId Model::name_id(std::string_view name) const {
    auto const found = names_.find(name);
    return found == names_.end() ? NameId{0} : found->second;
}

Child const* Model::child(Type const& type, NameId name) const noexcept {
    auto const& slot = slots_[slot_of(type, name)];
    return slot.type == nullptr ? nullptr : &slot.child;
}

std::optional<TypeSpecifier> resolve_type(std::string_view space, std::string_view name) {
    TypeSpecifier specifier;
    if (space != "FHIR") {
        for (auto const& each : kSystemTypes) {
            if (each.name == name) specifier.system = each.kind;
        }
        if (space == "System") return specifier;  // none of these: nothing is of that type
    }
    if (!space.empty() && space != "FHIR") return std::nullopt;
    specifier.abstract = abstract_called(name);
    if (specifier.abstract == Abstract::none) specifier.fhir = find_type(name);
    if (!specifier.system && specifier.abstract == Abstract::none && specifier.fhir == nullptr)
        return std::nullopt;
    return specifier;
}

bool is_of_type(Type const& type, TypeSpecifier const& specifier) noexcept {
    if (specifier.abstract != Abstract::none) return is_abstractly(type, specifier.abstract);
    if (specifier.fhir == nullptr) return false;
    if (&type == specifier.fhir) return true;
    if (type.kind == TypeKind::primitive)
        return specifier.fhir->kind == TypeKind::primitive && type.lexical != Lexical::none &&
               base_of(type.lexical) == specifier.fhir->lexical;
    return specifier.fhir->name.text() == "Quantity" && among(kQuantities, type.name.text());
}

bool is_of_type(Item const& item, TypeSpecifier const& type) noexcept {
    if (!item.is_element()) return type.system == item.kind();
    return is_of_type(*item.type(), type);
}

bool is_exactly(Item const& item, TypeSpecifier const& type) noexcept {
    if (!item.is_element()) return type.system == item.kind();
    if (type.abstract != Abstract::none) return is_abstractly(*item.type(), type.abstract);
    return item.type() == type.fhir;
}

bool is_called(Type const& type, std::string_view name) noexcept {
    return type.name.text() == name || is_abstractly(type, abstract_called(name));
}

bool is_quantity(Type const& type) noexcept {
    return type.name.text() == "Quantity" || among(kQuantities, type.name.text());
}

bool is_text_element(Item const& item) noexcept {
    if (!item.is_element() || !item.is_primitive() || !item.has_value()) return false;
    switch (item.type()->lexical) {
        case Lexical::date:
        case Lexical::date_time:
        case Lexical::instant:
        case Lexical::time: return false;
        default: return item.value().is_string();
    }
}

Item type_of(Item const& item) noexcept {
    if (item.is_element()) {
        auto const& type = *item.type();
        return Item::type_name(
            "FHIR", type.kind == TypeKind::backbone ? "BackboneElement" : type.name.text());
    }
    for (auto const& each : kSystemTypes) {
        if (each.kind == item.kind()) return Item::type_name("System", each.name);
    }
    return Item::type_name("System", "TypeInfo");
}

}  // namespace salus::fhir::fhirpath
