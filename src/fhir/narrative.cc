#include "fhir/narrative.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>
#include <vector>

namespace salus::fhir {
namespace {

using std::string_view;

constexpr std::size_t kDepth = 64;  // tags inside each other
constexpr std::size_t kWhole = string_view::npos;

constexpr auto kTags = std::to_array<string_view>(
    {"a",   "abbr",    "acronym", "address", "area", "b",     "bdo",      "big",    "blockquote",
     "br",  "caption", "center",  "cite",    "code", "col",   "colgroup", "dd",     "del",
     "dfn", "div",     "dl",      "dt",      "em",   "h1",    "h2",       "h3",     "h4",
     "h5",  "h6",      "hr",      "i",       "img",  "ins",   "kbd",      "li",     "map",
     "ol",  "p",       "pre",     "q",       "samp", "small", "span",     "strike", "strong",
     "sub", "sup",     "table",   "tbody",   "td",   "tfoot", "th",       "thead",  "tr",
     "tt",  "u",       "ul",      "var"});

constexpr std::size_t kAttributesMost = 64;  // of one tag
constexpr auto kAttributes = std::to_array<string_view>(
    {"abbr",        "accesskey",   "align",     "alt",     "axis",     "bgcolor",  "border",
     "cellpadding", "cellspacing", "char",      "charoff", "charset",  "cite",     "class",
     "clear",       "color",       "colspan",   "compact", "coords",   "datetime", "dir",
     "frame",       "headers",     "height",    "href",    "hreflang", "hspace",   "id",
     "ismap",       "lang",        "longdesc",  "name",    "nohref",   "noshade",  "nowrap",
     "rel",         "rev",         "rowspan",   "rules",   "scope",    "shape",    "size",
     "span",        "src",         "start",     "style",   "summary",  "tabindex", "title",
     "type",        "usemap",      "valign",    "value",   "vspace",   "width",    "xml:base",
     "xml:id",      "xml:lang",    "xml:space", "xmlns"});

static_assert(std::ranges::is_sorted(kTags) && std::ranges::is_sorted(kAttributes));

constexpr auto kSchemes =
    std::to_array<string_view>({"http", "https", "mailto", "tel", "ftp", "urn", "cid"});

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::string lower(string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

// A relative address, a fragment, or one of a few schemes. An entity before the first slash could
// hide a colon, so it is refused.
bool is_safe_address(string_view tag, string_view address) {
    while (!address.empty() && static_cast<unsigned char>(address.front()) <= 0x20)
        address.remove_prefix(1);
    auto const mark = address.find_first_of(":/?#&");
    if (mark == kWhole || address[mark] == '/' || address[mark] == '?' || address[mark] == '#')
        return true;
    if (address[mark] == '&') return false;
    auto const scheme = lower(address.substr(0, mark));
    if (std::ranges::find(kSchemes, scheme) != kSchemes.end()) return true;
    return tag == "img" && lower(address).starts_with("data:image/") &&
           lower(address.substr(0, 20)).find("svg") == kWhole;
}

bool is_file_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

// "url(tbl_bck1.png)", as in the tables that HL7's publisher makes: a file beside the page, no
// address. Takes them out of `text`, which is in lower case.
void remove_file_images(std::string& text) {
    constexpr string_view kBegin = "background-image: url(";
    for (auto at = text.find(kBegin); at != std::string::npos; at = text.find(kBegin, at)) {
        auto const begin = at + kBegin.size();
        auto const end = text.find(')', begin);
        if (end == std::string::npos) return;
        auto const name = string_view(text).substr(begin, end - begin);
        if (!name.ends_with(".png") || !std::ranges::all_of(name, is_file_name)) return;
        text.erase(at, end + 1 - at);
    }
}

// Styles can load and, in old browsers, run; escapes could hide it.
bool is_safe_style(string_view style) {
    auto text = lower(style);
    remove_file_images(text);
    constexpr auto kForbidden =
        std::to_array<string_view>({"url(", "expression", "javascript", "import", "behavior",
                                    "-moz-binding", "\\", "&", "/*", "<"});
    return std::ranges::none_of(
        kForbidden, [&](string_view word) { return text.find(word) != std::string::npos; });
}

// "&name;", "&#1;" or "&#x1;": nothing else may follow an ampersand (XML 1.0, section 4.1).
bool has_sound_entities(string_view text) {
    for (auto at = text.find('&'); at != kWhole; at = text.find('&', at)) {
        text.remove_prefix(at + 1);
        auto const end = text.find(';');
        if (end == kWhole || end == 0) return false;
        auto name = text.substr(0, end);
        auto const digits = [&](string_view allowed) {
            return !name.empty() && name.find_first_not_of(allowed) == kWhole;
        };
        bool sound = false;
        if (name.starts_with("#x")) {
            name.remove_prefix(2);
            sound = digits("0123456789abcdefABCDEF");
        } else if (name.starts_with('#')) {
            name.remove_prefix(1);
            sound = digits("0123456789");
        } else {
            sound = std::ranges::all_of(lower(name), [](char c) {
                return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            });
        }
        if (!sound) return false;
        at = 0;
    }
    return true;
}

class Scanner {
public:
    explicit Scanner(string_view text) : rest_(text) {}

    Result<void> run() {
        while (!rest_.empty()) {
            if (rest_.front() != '<') {
                auto const text = rest_.substr(0, rest_.find('<'));
                if (open_.empty() && !std::ranges::all_of(text, is_space))
                    return fail(Errc::invalid, "text outside of the narrative's div");
                if (!has_sound_entities(text))
                    return fail(Errc::invalid, "malformed entity in narrative");
                rest_.remove_prefix(text.size());
                continue;
            }
            SALUS_TRY_VOID(markup());
        }
        if (!open_.empty()) return fail(Errc::invalid, "narrative ends inside a tag");
        return {};
    }

private:
    Result<void> markup() {
        if (take("<!--")) return comment();
        if (take("</")) return close_tag();
        take("<");
        return open_tag();
    }

    Result<void> comment() {
        auto const end = rest_.find("--");
        if (end == kWhole || !rest_.substr(end).starts_with("-->"))
            return fail(Errc::invalid, "malformed comment in narrative");
        rest_.remove_prefix(end + 3);
        return {};
    }

    Result<void> close_tag() {
        auto const tag = name();
        skip_space();
        if (open_.empty() || open_.back() != tag || !take(">"))
            return fail(Errc::invalid, "narrative tags do not match");
        open_.pop_back();
        return {};
    }

    Result<void> open_tag() {
        auto const tag = name();
        if (!std::ranges::binary_search(kTags, tag))
            return fail(Errc::invalid, "tag not allowed in narrative");
        if (open_.empty() && (closed_ || tag != "div"))
            return fail(Errc::invalid, "narrative is not one div");
        closed_ = true;
        attributes_.clear();
        while (true) {
            bool const spaced = skip_space();
            if (rest_.starts_with('>') || rest_.starts_with("/>")) break;
            if (!spaced) return fail(Errc::invalid, "malformed tag in narrative");
            SALUS_TRY_VOID(attribute(tag));
        }
        if (take("/>")) return {};
        take(">");
        if (open_.size() >= kDepth) return fail(Errc::too_large, "narrative nested too deeply");
        open_.push_back(tag);
        return {};
    }

    Result<void> attribute(string_view tag) {
        auto const attribute_name = name();
        skip_space();
        if (!take("=")) return fail(Errc::invalid, "malformed attribute in narrative");
        skip_space();
        if (rest_.empty() || (rest_.front() != '"' && rest_.front() != '\''))
            return fail(Errc::invalid, "malformed attribute in narrative");
        auto const end = rest_.find(rest_.front(), 1);
        if (end == kWhole) return fail(Errc::invalid, "malformed attribute in narrative");
        auto const value = rest_.substr(1, end - 1);
        rest_.remove_prefix(end + 1);
        if (attributes_.size() == kAttributesMost)
            return fail(Errc::too_large, "a tag of narrative has too many attributes");
        if (std::ranges::find(attributes_, attribute_name) != attributes_.end())
            return fail(Errc::invalid, "an attribute twice in narrative");
        attributes_.push_back(attribute_name);
        if (attribute_name == "xmlns" && value != "http://www.w3.org/1999/xhtml")
            return fail(Errc::invalid, "narrative is not of the XHTML namespace");
        if (attribute_name == "id" && !ids_.insert(value).second)
            return fail(Errc::invalid, "an id twice in narrative");
        if (!has_sound_entities(value)) return fail(Errc::invalid, "malformed entity in narrative");
        return check_attribute(tag, attribute_name, value);
    }

    static Result<void> check_attribute(string_view tag, string_view attribute_name,
                                        string_view value) {
        bool const prefix = attribute_name.starts_with("xmlns:");
        if (!prefix && !std::ranges::binary_search(kAttributes, attribute_name))
            return fail(Errc::invalid, "attribute not allowed in narrative");
        if (value.find('<') != kWhole)
            return fail(Errc::invalid, "malformed attribute in narrative");
        if (attribute_name == "style" && !is_safe_style(value))
            return fail(Errc::invalid, "style not allowed in narrative");
        constexpr auto kAddresses =
            std::to_array<string_view>({"href", "src", "cite", "longdesc", "usemap", "xml:base"});
        if (std::ranges::find(kAddresses, attribute_name) != kAddresses.end() &&
            !is_safe_address(tag, value))
            return fail(Errc::invalid, "address not allowed in narrative");
        return {};
    }

    string_view name() {
        auto const end = std::ranges::find_if_not(rest_, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == ':' || c == '-' || c == '_';
        });
        auto const found = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(found.size());
        return found;
    }
    bool take(string_view token) {
        if (!rest_.starts_with(token)) return false;
        rest_.remove_prefix(token.size());
        return true;
    }
    bool skip_space() {
        bool any = false;
        while (!rest_.empty() && is_space(rest_.front())) {
            rest_.remove_prefix(1);
            any = true;
        }
        return any;
    }

    string_view rest_;
    std::vector<string_view> open_;
    std::vector<string_view> attributes_;  // of the tag at hand
    std::unordered_set<string_view> ids_;
    bool closed_ = false;  // the outermost div was seen
};

}  // namespace

Result<void> check_narrative(string_view xhtml) {
    if (!xhtml.starts_with("<div")) return fail(Errc::invalid, "narrative is not one div");
    auto const forbidden = [](char c) {
        return static_cast<unsigned char>(c) < 0x20 && !is_space(c);
    };
    if (std::ranges::any_of(xhtml, forbidden))
        return fail(Errc::invalid, "control character in narrative");
    return Scanner(xhtml).run();
}

}  // namespace salus::fhir
