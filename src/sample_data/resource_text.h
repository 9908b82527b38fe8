// ResourceText: FHIR's data types on top of json::Writer. Decimals are made of integers, because
// the spelling of a floating-point number would depend on the library. Thread safety: one thread at
// a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "foundation/literal.h"
#include "json/writer.h"

namespace salus::sample_data {

// value = units / 10^digits; {1234, 2} is written 12.34, and {1200, 2} 12.00.
struct Decimal {
    std::int64_t units = 0;
    int digits = 0;
};

inline constexpr Literal kLoinc{"http://loinc.org"};
inline constexpr Literal kSnomed{"http://snomed.info/sct"};

// One entry of a code system, as a Coding names it.
struct Code {
    Literal system;
    Literal code;
    Literal display;
};

// A unit as UCUM codes it and as people read it.
struct Unit {
    Literal display;
    Literal ucum;
};

class ResourceText {
public:
    ResourceText() : writer_(out_) {}
    ResourceText(ResourceText const&) = delete;
    ResourceText& operator=(ResourceText const&) = delete;

    // Structure. A name is for members of an object, none for the root and elements of an array.
    void begin_object() { writer_.begin_object(); }
    void begin_object(Literal name) { writer_.key(name.text()).begin_object(); }
    void end_object() { writer_.end_object(); }
    void begin_array(Literal name) { writer_.key(name.text()).begin_array(); }
    void end_array() { writer_.end_array(); }

    void text(Literal name, std::string_view value) { writer_.key(name.text()).string(value); }
    void text_element(std::string_view value) { writer_.string(value); }
    void number(Literal name, std::int64_t value) { writer_.key(name.text()).integer(value); }
    void boolean(Literal name, bool value) { writer_.key(name.text()).boolean(value); }
    void decimal(Literal name, Decimal value);

    // FHIR data types.
    void coding(Literal name, Code const& code);
    void coding_element(Code const& code);
    // A CodeableConcept of these codings, the first one's display as text.
    void concept_of(Literal name, std::span<Code const> codes);
    void concept_of(Literal name, Code const& code) { concept_of(name, {&code, 1}); }
    // The same in an array of one.
    void concepts_of(Literal name, std::span<Code const> codes);
    void concepts_of(Literal name, Code const& code) { concepts_of(name, {&code, 1}); }
    void reference(Literal name, std::string_view uuid);
    void reference_element(std::string_view uuid);
    void quantity(Literal name, Decimal value, Unit const& unit);
    void money(Literal name, std::int64_t cents);

    [[nodiscard]] std::string take() && { return std::move(out_); }

private:
    void members_of(Code const& code);
    void members_of(std::span<Code const> codes);

    std::string out_;
    json::Writer writer_;  // appends to out_
};

}  // namespace salus::sample_data
