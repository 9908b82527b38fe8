#include "sample_data/resource_text.h"

namespace salus::sample_data {
namespace {

std::string spell(Decimal value) {
    auto const negative = value.units < 0;
    auto digits = std::to_string(negative ? -value.units : value.units);
    auto const width = static_cast<std::size_t>(value.digits);
    if (digits.size() <= width) digits.insert(0, width + 1 - digits.size(), '0');
    if (width > 0) digits.insert(digits.size() - width, 1, '.');
    return negative ? "-" + digits : digits;
}

}  // namespace

void ResourceText::decimal(Literal name, Decimal value) {
    writer_.key(name.text()).raw(spell(value));
}

void ResourceText::members_of(Code const& code) {
    text("system", code.system.text());
    text("code", code.code.text());
    if (!code.display.empty()) text("display", code.display.text());
}

void ResourceText::members_of(std::span<Code const> codes) {
    begin_array("coding");
    for (auto const& code : codes) coding_element(code);
    end_array();
    if (!codes.empty() && !codes.front().display.empty())
        text("text", codes.front().display.text());
}

void ResourceText::coding(Literal name, Code const& code) {
    begin_object(name);
    members_of(code);
    end_object();
}

void ResourceText::coding_element(Code const& code) {
    begin_object();
    members_of(code);
    end_object();
}

void ResourceText::concept_of(Literal name, std::span<Code const> codes) {
    begin_object(name);
    members_of(codes);
    end_object();
}

void ResourceText::concepts_of(Literal name, std::span<Code const> codes) {
    begin_array(name);
    begin_object();
    members_of(codes);
    end_object();
    end_array();
}

void ResourceText::reference(Literal name, std::string_view uuid) {
    begin_object(name);
    text("reference", "urn:uuid:" + std::string(uuid));
    end_object();
}

void ResourceText::reference_element(std::string_view uuid) {
    begin_object();
    text("reference", "urn:uuid:" + std::string(uuid));
    end_object();
}

void ResourceText::quantity(Literal name, Decimal value, Unit const& unit) {
    begin_object(name);
    decimal("value", value);
    text("unit", unit.display.text());
    text("system", "http://unitsofmeasure.org");
    text("code", unit.ucum.text());
    end_object();
}

void ResourceText::money(Literal name, std::int64_t cents) {
    begin_object(name);
    decimal("value", {cents, 2});
    text("currency", "USD");
    end_object();
}

}  // namespace salus::sample_data
