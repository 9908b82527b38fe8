// https://hl7.org/fhirpath/N1/#string-manipulation, and those that came later: trim, split, join,
// encode, decode, escape, unescape, lastIndexOf, matchesFull.
#include <algorithm>
#include <string>

#include "fhir/fhirpath/evaluation.h"
#include "fhir/fhirpath/letter_case.h"
#include "fhir/fhirpath/text.h"

namespace salus::fhir::fhirpath {
namespace {

// Steps; a search may compare all of `wanted` at each place.
std::uint64_t cost_of_search(std::string_view text, std::string_view wanted) {
    return std::uint64_t{text.size() / 64} * (wanted.size() / 64);
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n\f\v";
    auto const first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// An empty pattern is found before each character and at the end. Nothing: longer than `most`.
std::optional<std::string> replaced(std::string_view text, std::string_view pattern,
                                    std::string_view substitution, std::size_t most) {
    std::string out;
    std::size_t at = 0;
    while (at <= text.size()) {
        if (out.size() > most) return std::nullopt;
        if (pattern.empty()) {
            out += substitution;
            if (at == text.size()) break;
            auto const size = bytes_of_first_character(text.substr(at));
            out += text.substr(at, size);
            at += size;
            continue;
        }
        auto const found = text.find(pattern, at);
        out += text.substr(at, found - at);
        if (found == std::string_view::npos) break;
        out += substitution;
        at = found + pattern.size();
    }
    return out;
}

}  // namespace

bool Evaluation::call_string(Call const& call) {
    if (call.node.function == Function::join) return join_text(call);
    std::optional<Item> item;
    if (!single_input(call, item)) return false;
    if (!item) return true;
    if (item->kind() != ItemKind::string) {
        // A text function of a number or date works on its text; complex types have none.
        if (item->is_element() || item->kind() == ItemKind::type_name)
            return refuse(Errc::invalid, "a function of text applied to what is none");
        auto const text = text_of_item(*item);
        if (!text) return false;
        item = Item::of(*text);
    }
    auto const input = item->text();
    if (!count_step(1 + input.size() / 64)) return false;
    switch (call.node.function) {
        case Function::index_of:
        case Function::last_index_of:
        case Function::starts_with:
        case Function::ends_with:
        case Function::contains: return search_text(call, input);
        case Function::substring: return substring(call, input);
        case Function::upper:
        case Function::lower: return change_case(call, input);
        case Function::length:
            return replace(call.base, Item::of(static_cast<std::int64_t>(length_of(input))));
        case Function::trim: return replace(call.base, Item::of(trimmed(input)));
        case Function::replace: return replace_text(call, input);
        case Function::matches:
        case Function::matches_full:
        case Function::replace_matches: return match_text(call, input);
        case Function::to_chars:
        case Function::split: return split_text(call, input);
        default: return make_text(call, input);
    }
}

bool Evaluation::change_case(Call const& call, std::string_view input) {
    if (!count_step(input.size() / 4)) return false;
    auto text = call.node.function == Function::upper ? upper_case(input) : lower_case(input);
    bool const kept = replace_with_text(call.base, text);
    scrub(text);
    return kept;
}

bool Evaluation::search_text(Call const& call, std::string_view input) {
    std::optional<std::string_view> wanted;
    if (!text_argument(call, 0, wanted)) return false;
    stack_.truncate(call.base);
    if (!wanted) return true;
    if (!count_step(cost_of_search(input, *wanted))) return false;
    switch (call.node.function) {
        case Function::starts_with: return push(Item::of(input.starts_with(*wanted)));
        case Function::ends_with: return push(Item::of(input.ends_with(*wanted)));
        case Function::contains:
            return push(Item::of(input.find(*wanted) != std::string_view::npos));
        default: break;
    }
    auto const at =
        call.node.function == Function::index_of ? input.find(*wanted) : input.rfind(*wanted);
    if (at == std::string_view::npos) return push(Item::of(std::int64_t{-1}));
    return push(Item::of(static_cast<std::int64_t>(length_of(input.substr(0, at)))));
}

bool Evaluation::substring(Call const& call, std::string_view input) {
    std::optional<std::int64_t> start;
    std::optional<std::int64_t> length;
    if (!integer_argument(call, 0, start)) return false;
    if (call.node.argument_count == 2 && !integer_argument(call, 1, length)) return false;
    stack_.truncate(call.base);
    if (!start || *start < 0) return true;
    auto const first = byte_of_character(input, static_cast<std::size_t>(*start));
    if (first == input.size()) return true;
    auto rest = input.substr(first);
    if (length) {
        auto const wanted = static_cast<std::size_t>(std::max<std::int64_t>(*length, 0));
        rest = rest.substr(0, byte_of_character(rest, wanted));
    }
    return push(Item::of(rest));
}

bool Evaluation::replace_text(Call const& call, std::string_view input) {
    std::optional<std::string_view> pattern;
    std::optional<std::string_view> substitution;
    if (!text_argument(call, 0, pattern) || !text_argument(call, 1, substitution)) return false;
    stack_.truncate(call.base);
    if (!pattern || !substitution) return true;
    if (!count_step(cost_of_search(input, *pattern))) return false;
    auto text = replaced(input, *pattern, *substitution, limits::kFhirPathBytes);
    if (!text) return refuse(Errc::too_large, "an expression that makes too much text");
    bool const kept = replace_with_text(call.base, *text);
    scrub(*text);
    return kept;
}

bool Evaluation::match_text(Call const& call, std::string_view input) {
    std::optional<std::string_view> written;
    std::optional<std::string_view> substitution;
    if (!text_argument(call, 0, written)) return false;
    bool const replaces = call.node.function == Function::replace_matches;
    if (replaces && !text_argument(call, 1, substitution)) return false;
    stack_.truncate(call.base);
    if (!written || (replaces && !substitution)) return true;
    std::unique_ptr<Pattern const> made;
    Pattern const* pattern = nullptr;
    if (call.node.extra != kNone) {
        pattern = program_.patterns[call.node.extra].get();
    } else {
        if (!count_step(1000 + written->size() * 10)) return false;  // compiling is not free
        made = Pattern::compile(*written);
        pattern = made.get();
    }
    if (pattern == nullptr)
        return refuse(Errc::invalid, "a regular expression that is not supported");
    if (!replaces) {
        bool const found = call.node.function == Function::matches ? pattern->is_found_in(input)
                                                                   : pattern->is_all_of(input);
        return push(Item::of(found));
    }
    if (written->empty()) return push(Item::of(input));
    auto text = pattern->replaced(input, *substitution, limits::kFhirPathBytes);
    if (!text) return refuse(Errc::invalid, "a substitution that cannot be made");
    bool const kept = replace_with_text(call.base, *text);
    scrub(*text);
    return kept;
}

bool Evaluation::split_text(Call const& call, std::string_view input) {
    std::optional<std::string_view> separator = "";
    if (call.node.function == Function::split && !text_argument(call, 0, separator)) return false;
    stack_.truncate(call.base);
    if (!separator) return true;
    if (!count_step(cost_of_search(input, *separator))) return false;
    while (separator->empty() && !input.empty()) {
        auto const size = bytes_of_first_character(input);
        if (!count_step() || !push(Item::of(input.substr(0, size)))) return false;
        input.remove_prefix(size);
    }
    while (!separator->empty()) {
        auto const end = input.find(*separator);
        if (!count_step() || !push(Item::of(input.substr(0, end)))) return false;
        if (end == std::string_view::npos) break;
        input.remove_prefix(end + separator->size());
    }
    return true;
}

bool Evaluation::join_text(Call const& call) {
    std::optional<std::string_view> separator;
    if (call.node.argument_count == 1 && !text_argument(call, 0, separator)) return false;
    if (count(call.base) == 0) return true;
    std::string text;
    for (auto i = call.base; i < stack_.size(); ++i) {
        auto const item = system_value(stack_[i]);
        if (item.kind() != ItemKind::string)
            return refuse(Errc::invalid, "a function of text applied to what is none");
        if (i > call.base) text += separator.value_or("");
        text += item.text();
        if (text.size() > limits::kFhirPathBytes)
            return refuse(Errc::too_large, "an expression that makes too much text");
    }
    bool const kept = replace_with_text(call.base, text);
    scrub(text);
    return kept;
}

// encode, decode, escape, unescape.
bool Evaluation::make_text(Call const& call, std::string_view input) {
    std::optional<std::string_view> form;
    if (!text_argument(call, 0, form)) return false;
    stack_.truncate(call.base);
    if (!form) return true;
    std::optional<std::string> text;
    switch (call.node.function) {
        case Function::encode: text = encoded(input, *form); break;
        case Function::decode: text = decoded(input, *form); break;
        case Function::escape: text = escaped(input, *form); break;
        default: text = unescaped(input, *form); break;
    }
    if (!text) return true;
    bool const kept = replace_with_text(call.base, *text);
    scrub(*text);
    return kept;
}

}  // namespace salus::fhir::fhirpath
