#include "operations/preconditions.h"

#include <algorithm>
#include <charconv>

namespace salus::operations {
namespace {

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    return text;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

// The media type without its parameters.
std::string media_type(std::string_view value) {
    return lower(trimmed(value.substr(0, std::min(value.find(';'), value.size()))));
}

// A charset other than UTF-8 would make the text mean something else.
bool has_foreign_charset(std::string_view value) {
    auto const text = lower(value);
    auto const at = text.find("charset=");
    if (at == std::string::npos) return false;
    auto charset = std::string_view(text).substr(at + 8);
    charset = trimmed(charset.substr(0, std::min(charset.find(';'), charset.size())));
    return charset != "utf-8" && charset != "\"utf-8\"";
}

bool is_json_type(std::string_view type) {
    return type == "application/fhir+json" || type == "application/json" || type == "text/json" ||
           type == "application/*" || type == "*/*";
}

}  // namespace

Result<void> check_accept(http::Request const& request) {
    auto const accept = request.headers.get("Accept");
    if (!accept) {
        if (request.headers.count("Accept") == 0) return {};
        return fail(Errc::not_acceptable, "one Accept header, please");
    }
    auto rest = *accept;
    while (!rest.empty()) {
        auto const end = std::min(rest.find(','), rest.size());
        if (is_json_type(media_type(rest.substr(0, end)))) return {};
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return fail(Errc::not_acceptable, "only application/fhir+json is offered");
}

Result<void> check_resource_content_type(http::Request const& request) {
    auto const value = request.headers.get("Content-Type");
    auto const type = value ? media_type(*value) : std::string();
    bool const known = type == "application/fhir+json" || type == "application/json";
    if (!known || has_foreign_charset(*value)) {
        return fail(Errc::unsupported_media_type, "the content must be application/fhir+json");
    }
    return {};
}

Result<void> check_json_content_type(http::Request const& request) {
    auto const value = request.headers.get("Content-Type");
    if (!value || media_type(*value) != "application/json" || has_foreign_charset(*value)) {
        return fail(Errc::unsupported_media_type, "the content must be application/json");
    }
    return {};
}

Result<void> check_form_content_type(http::Request const& request) {
    auto const value = request.headers.get("Content-Type");
    if (!value || media_type(*value) != "application/x-www-form-urlencoded") {
        return fail(Errc::unsupported_media_type,
                    "the content must be application/x-www-form-urlencoded");
    }
    return {};
}

fhir::Handling search_handling(http::Request const& request) {
    auto const preferences = request.headers.get("Prefer").value_or("");
    std::string_view rest = preferences;
    while (!rest.empty()) {
        auto const end = std::min(rest.find_first_of(",;"), rest.size());
        if (trimmed(rest.substr(0, end)) == "handling=lenient") return fhir::Handling::lenient;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return fhir::Handling::strict;
}

std::optional<std::uint64_t> parse_entity_tag(std::string_view text) {
    text = trimmed(text);
    if (text.starts_with("W/")) text.remove_prefix(2);
    if (text.size() < 3 || !text.starts_with('"') || !text.ends_with('"')) return std::nullopt;
    text = text.substr(1, text.size() - 2);
    std::uint64_t version = 0;
    auto const parsed = std::from_chars(text.data(), text.data() + text.size(), version);
    bool const whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
    return whole ? std::optional(version) : std::nullopt;
}

Result<void> read_preconditions(http::Request const& request, request::IntentFacts& facts) {
    if (request.headers.count("If-Match") > 0) {
        facts.if_match = parse_entity_tag(request.headers.get("If-Match").value_or(""));
        if (!facts.if_match)
            return fail(Errc::invalid, "If-Match must be one ETag such as W/\"1\"");
    }
    // A write whose condition is overlooked does what its author ruled out (RFC 9110 section 13.1).
    if (request.headers.count("If-None-Match") > 0 && request::is_write(facts.interaction)) {
        return fail(Errc::not_supported, "If-None-Match is offered for reading only");
    }
    if (request.headers.count("If-None-Match") > 0 &&
        facts.interaction == request::Interaction::read) {
        facts.if_none_match = parse_entity_tag(request.headers.get("If-None-Match").value_or(""));
    }
    if (request.headers.count("If-None-Exist") > 0) {
        return fail(Errc::not_supported, "conditional create is not offered");
    }
    facts.return_minimal = request.headers.get("Prefer").value_or("").contains("return=minimal");
    return {};
}

}  // namespace salus::operations
