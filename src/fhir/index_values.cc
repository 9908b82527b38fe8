#include "fhir/index_values.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include "fhir/date_time.h"
#include "fhir/decimal.h"
#include "fhir/fold.h"
#include "fhir/path.h"
#include "fhir/reference.h"
#include "foundation/limits.h"

namespace salus::fhir {
namespace {

// Whole characters only.
std::string_view clipped(std::string_view text) {
    if (text.size() <= limits::kIndexTextBytes) return text;
    auto end = limits::kIndexTextBytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return text.substr(0, end);
}

std::optional<TimeRange> range_of(std::optional<json::Value> value) {
    if (!value || !value->is_string()) return std::nullopt;
    auto const parsed = parse_date_time(value->text());
    if (!parsed) return std::nullopt;
    return parsed->range;
}

// An open side is without bound.
std::optional<TimeRange> period_of(std::optional<json::Value> value) {
    if (!value) return std::nullopt;
    auto const start = range_of(value->member("start"));
    auto const end = range_of(value->member("end"));
    if (!start && !end) return std::nullopt;
    return TimeRange{start ? start->start : std::numeric_limits<std::int64_t>::min(),
                     end ? end->end : std::numeric_limits<std::int64_t>::max()};
}

void widen(std::optional<TimeRange>& all, std::optional<TimeRange> const& more) {
    if (!more) return;
    if (!all) all = more;
    all->start = std::min(all->start, more->start);
    all->end = std::max(all->end, more->end);
}

// Of a Timing only the outer limits count (search.html#date).
std::optional<TimeRange> limits_of(json::Value timing) {
    std::optional<TimeRange> all;
    if (auto const events = timing.member("event"); events && events->is_array()) {
        for (auto const event : events->elements()) widen(all, range_of(event));
    }
    if (auto const repeat = timing.member("repeat"))
        widen(all, period_of(repeat->member("boundsPeriod")));
    return all;
}

// A number as its element writes it; nothing if it is not there.
std::optional<std::string> key_of(std::optional<json::Value> number) {
    if (!number || !number->is_number()) return std::nullopt;
    return decimal_key(number->raw());
}

std::string target_of(json::Value reference, std::optional<LocalReference> const& local) {
    if (local) return std::string(local->type->name.text());
    return reference.text_member("type").value_or("");
}

}  // namespace

void append_text8(Bytes& out, std::string_view text) {
    out.push_back(static_cast<std::uint8_t>(text.size()));
    append(out, bytes_of(text));
}

void append_text16(Bytes& out, std::string_view whole) {
    auto const text = clipped(whole);
    append_u16(out, static_cast<std::uint16_t>(text.size()));
    append(out, bytes_of(text));
}

void ValueWriter::append_to(Bytes& out) const {
    out.push_back(static_cast<std::uint8_t>(type_));
    append_u16(out, static_cast<std::uint16_t>(count_));
    append_u32(out, static_cast<std::uint32_t>(values_.size()));
    append(out, values_);
}

ValueWriter ValueWriter::beside() && {
    ValueWriter other(ParameterType::token);
    other.count_ = beside_count_;
    other.values_ = std::move(beside_);
    return other;
}

void ValueWriter::add(json::Value value, SearchPath const& path) {
    auto const leaf = path.leaf->name.text();
    switch (type_) {
        case ParameterType::token: return add_token(value, leaf);
        case ParameterType::date: return add_date(value, leaf);
        case ParameterType::string: return add_string(value, leaf);
        case ParameterType::reference: return add_reference(value, path.target);
        case ParameterType::uri: return add_uri(value);
        case ParameterType::number: return leaf == "Range" ? add_range(value) : add_number(value);
        case ParameterType::quantity: return add_quantity(value, leaf);
        case ParameterType::composite:
        case ParameterType::special: return;
    }
}

void ValueWriter::add_tuple(json::Value resource, json::Value place, SearchTuple const& tuple) {
    Bytes bytes{static_cast<std::uint8_t>(tuple.components.size())};
    for (auto const& component : tuple.components) {
        ValueWriter values(component.type);
        auto const start = component.from_resource ? resource : place;
        for (auto const& path : component.paths)
            for_each_value(start, path, [&](json::Value value) { values.add(value, path); });
        if (!values.fits_a_tuple()) return;
        values.append_to(bytes);
    }
    append(values_, bytes);
    ++count_;
}

void ValueWriter::add_tuple(std::span<ValueWriter const> components) {
    if (!std::ranges::all_of(components, &ValueWriter::fits_a_tuple)) return;
    values_.push_back(static_cast<std::uint8_t>(components.size()));
    for (auto const& component : components) component.append_to(values_);
    ++count_;
}

bool ValueWriter::fits_a_tuple() const noexcept {
    return count_ > 0 && count_ <= std::numeric_limits<std::uint16_t>::max();
}

void ValueWriter::token(std::string_view system, std::string_view code, bool implied) {
    if (system.empty() && code.empty()) return;
    values_.push_back(implied ? 1 : 0);
    append_text16(values_, system);
    append_text16(values_, code);
    ++count_;
}

void ValueWriter::coded(json::Value value, std::string_view code_member) {
    token(value.text_member("system").value_or(""), value.text_member(code_member).value_or(""),
          false);
}

// The system and code of the identifier's type, then what it identifies; a search value cannot
// hold the NUL between.
void ValueWriter::add_identifier_types(json::Value identifier) {
    auto const type = identifier.member("type");
    auto const value = identifier.text_member("value");
    auto const codings = type ? type->member("coding") : std::nullopt;
    if (!value || !codings || !codings->is_array()) return;
    for (auto const coding : codings->elements()) {
        auto code = coding.text_member("code").value_or("");
        code.push_back('\0');
        beside_.push_back(0);
        append_text16(beside_, coding.text_member("system").value_or(""));
        append_text16(beside_, code + *value);
        ++beside_count_;
    }
}

void ValueWriter::add_token(json::Value value, std::string_view leaf) {
    if (value.is_boolean()) return token("", value.raw(), true);
    if (value.is_string()) return token("", value.text(), leaf == "code");
    if (leaf == "Coding") return coded(value, "code");
    if (leaf == "Identifier") {
        add_identifier_types(value);
        return coded(value, "value");
    }
    if (leaf == "ContactPoint") return token("", value.text_member("value").value_or(""), true);
    auto const codings = value.member("coding");
    if (!codings || !codings->is_array()) return;
    for (auto const coding : codings->elements()) coded(coding, "code");
}

void ValueWriter::add_date(json::Value value, std::string_view leaf) {
    auto const range = value.is_string()  ? range_of(value)
                       : leaf == "Period" ? period_of(value)
                                          : limits_of(value);
    if (!range) return;
    append_u64(values_, static_cast<std::uint64_t>(range->start));
    append_u64(values_, static_cast<std::uint64_t>(range->end));
    ++count_;
}

void ValueWriter::string(json::Value value) {
    if (value.is_array()) {
        for (auto const each : value.elements()) string(each);
        return;
    }
    if (!value.is_string()) return;
    auto const exact = value.text();
    append_text16(values_, fold(clipped(exact)));
    append_text16(values_, exact);
    ++count_;
}

void ValueWriter::add_string(json::Value value, std::string_view leaf) {
    if (value.is_string()) return string(value);
    constexpr std::string_view kName[] = {"text", "family", "given", "prefix", "suffix"};
    constexpr std::string_view kAddress[] = {"text",  "line",       "city",   "district",
                                             "state", "postalCode", "country"};
    auto const parts = leaf == "HumanName" ? std::span<std::string_view const>(kName)
                                           : std::span<std::string_view const>(kAddress);
    for (auto const part : parts) {
        if (auto const member = value.member(part)) string(*member);
    }
}

void ValueWriter::add_uri(json::Value value) {
    if (!value.is_string()) return;
    append_text16(values_, value.text());
    ++count_;
}

// A local reference is written without its version. One to a contained resource is kept, so that
// the value is not said to be missing; no search value equals it.
void ValueWriter::add_reference(json::Value value, Type const* target) {
    if (value.is_string()) return add_uri(value);
    auto const text = value.text_member("reference").value_or("");
    auto const local = parse_local_reference(text);
    auto const named = target_of(value, local);
    if (target != nullptr && named != target->name.text()) {
        auto const part = "/" + std::string(target->name.text()) + "/";
        if (local || text.find(part) == std::string::npos) return;
    }
    if (auto const identifier = value.member("identifier")) {
        beside_.push_back(0);
        append_text16(beside_, identifier->text_member("system").value_or(""));
        append_text16(beside_, identifier->text_member("value").value_or(""));
        ++beside_count_;
    }
    if (text.empty()) return;
    append_text16(values_, local ? named + "/" + std::string(local->id) : text);
    ++count_;
}

void ValueWriter::add_number(json::Value value) {
    auto const key = key_of(value);
    if (!key) return;
    append_text16(values_, *key);
    append_text16(values_, *key);
    ++count_;
}

void ValueWriter::add_range(json::Value value) {
    auto const low = value.member("low");
    auto const high = value.member("high");
    auto const from = low ? key_of(low->member("value")) : std::nullopt;
    auto const to = high ? key_of(high->member("value")) : std::nullopt;
    if (!from && !to) return;
    append_text16(values_, from ? *from : kLeastDecimal);
    append_text16(values_, to ? *to : kGreatestDecimal);
    if (type_ == ParameterType::quantity) {
        auto const side = from ? *low : *high;
        for (auto const* part : {"system", "code", "unit"})
            append_text16(values_, side.text_member(part).value_or(""));
    }
    ++count_;
}

void ValueWriter::add_quantity(json::Value value, std::string_view leaf) {
    if (leaf == "Range") return add_range(value);
    auto const key = key_of(value.member("value"));
    if (!key) return;
    auto const comparator = value.text_member("comparator").value_or("");
    append_text16(values_, comparator.starts_with('<') ? kLeastDecimal : *key);
    append_text16(values_, comparator.starts_with('>') ? kGreatestDecimal : *key);
    if (leaf == "Money") {
        append_text16(values_, "urn:iso:std:iso:4217");
        append_text16(values_, value.text_member("currency").value_or(""));
        append_text16(values_, "");
    } else {
        for (auto const* part : {"system", "code", "unit"})
            append_text16(values_, value.text_member(part).value_or(""));
    }
    ++count_;
}

}  // namespace salus::fhir
