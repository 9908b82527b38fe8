#include "operations/preconditions.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "fhir/lexical.h"

namespace salus::operations {

using request::Interaction;

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

// What is between the quotes of an entity tag (RFC 9110 section 8.8.3).
std::optional<std::string_view> opaque_tag(std::string_view text) {
    text = trimmed(text);
    if (text.starts_with("W/")) text.remove_prefix(2);
    if (text.size() < 3 || !text.starts_with('"') || !text.ends_with('"')) return std::nullopt;
    return text.substr(1, text.size() - 2);
}

// The tag of a version that is none of ours but might be another server's: it has the form of a
// versionId (https://hl7.org/fhir/R4/resource.html#Meta.versionId). No version has the number 0.
constexpr std::uint64_t kNoVersion = 0;

bool is_foreign_tag(std::string_view text) {
    auto const opaque = opaque_tag(text);
    return opaque && fhir::is_id(*opaque);
}

// RFC 9110 section 13.1.2. On a read a list of ETags that are ours; on an update "*", which keeps
// it from replacing anything. Elsewhere it has no meaning here, and is not ignored on a write.
Result<void> read_if_none_match(http::Request const& request, request::IntentFacts& facts) {
    if (request.headers.count("If-None-Match") == 0) return {};
    auto list = request.headers.get("If-None-Match").value_or("");
    if (facts.interaction == Interaction::read) {
        while (!list.empty()) {
            auto const end = std::min(list.find(','), list.size());
            auto const tag = trimmed(list.substr(0, end));
            if (tag == "*") facts.if_none_match.emplace_back(std::nullopt);
            if (auto const version = parse_entity_tag(tag))
                facts.if_none_match.emplace_back(version);
            list.remove_prefix(std::min(end + 1, list.size()));
        }
        return {};
    }
    facts.if_none_exists = trimmed(list) == "*" && facts.interaction == Interaction::update;
    bool const ignored = request::is_write(facts.interaction) && !facts.if_none_exists;
    if (ignored) return fail(Errc::invalid, "If-None-Match has no meaning here");
    return {};
}

bool names_a_version(Interaction interaction) {
    return interaction == Interaction::update || interaction == Interaction::remove ||
           interaction == Interaction::patch || interaction == Interaction::meta_add ||
           interaction == Interaction::meta_delete;
}

// A condition on a write is honoured or refused, never ignored (RFC 9110 section 13.1.1
// and 13.1.4).
Result<void> read_if_match(http::Request const& request, request::IntentFacts& facts) {
    auto const& headers = request.headers;
    bool const writes = request::is_write(facts.interaction);
    if (headers.count("If-Match") == 0) {
        if (!writes || headers.count("If-Unmodified-Since") == 0) return {};
        return fail(Errc::invalid, "If-Unmodified-Since is not offered: use If-Match");
    }
    auto const tag = headers.get("If-Match").value_or("");
    facts.if_match = parse_entity_tag(tag);
    if (!facts.if_match && is_foreign_tag(tag)) facts.if_match = kNoVersion;
    if (!facts.if_match) return fail(Errc::invalid, "If-Match must be one ETag such as W/\"1\"");
    if (writes && !names_a_version(facts.interaction))
        return fail(Errc::invalid, "If-Match has no meaning here");
    return {};
}

// What a bundle's entries answer with is asked for; by themselves they say little.
void read_preference(http::Request const& request, request::IntentFacts& facts) {
    auto const prefer = request.headers.get("Prefer").value_or("");
    bool const bundle = facts.interaction == Interaction::transaction;
    if (prefer.contains("return=minimal")) {
        facts.preference = request::Preference::minimal;
    } else if (prefer.contains("return=OperationOutcome")) {
        facts.preference = request::Preference::operation_outcome;
    } else if (bundle && !prefer.contains("return=representation")) {
        facts.preference = request::Preference::minimal;
    }
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

PatchFormat patch_format_of(http::Request const& request) {
    auto const value = request.headers.get("Content-Type");
    auto const type = value ? media_type(*value) : std::string();
    if (!value || has_foreign_charset(*value)) return PatchFormat::other;
    if (type == "application/json-patch+json") return PatchFormat::json_patch;
    bool const resource = type == "application/fhir+json" || type == "application/json";
    return resource ? PatchFormat::fhirpath_patch : PatchFormat::other;
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
    auto const opaque = opaque_tag(text);
    if (!opaque) return std::nullopt;
    std::uint64_t version = 0;
    auto const parsed = std::from_chars(opaque->data(), opaque->data() + opaque->size(), version);
    bool const ours = parsed.ec == std::errc() && std::to_string(version) == *opaque;
    return ours ? std::optional(version) : std::nullopt;
}

Result<void> read_preconditions(http::Request const& request, request::IntentFacts& facts) {
    auto const& headers = request.headers;
    SALUS_TRY_VOID(read_if_match(request, facts));
    SALUS_TRY_VOID(read_if_none_match(request, facts));
    // RFC 9110 section 13.1.3: not beside If-None-Match, and a date that is none is no condition.
    if (facts.interaction == Interaction::read && headers.count("If-None-Match") == 0) {
        facts.if_modified_since = from_http_date(headers.get("If-Modified-Since").value_or(""));
    }
    read_preference(request, facts);
    return {};
}

}  // namespace salus::operations
