#include "audit/log_head.h"

#include <algorithm>

#include "audit/envelope.h"
#include "audit/leaf.h"
#include "foundation/bytes.h"
#include "json/canonical.h"
#include "json/document.h"

namespace salus::audit {
namespace {

std::optional<crypto::Sha256Digest> digest_from(json::Value value) {
    if (!value.is_string()) return std::nullopt;
    auto const bytes = from_base64(value.raw_text());
    crypto::Sha256Digest digest{};
    if (!bytes || bytes->size() != digest.size()) return std::nullopt;
    std::ranges::copy(*bytes, digest.begin());
    return digest;
}

std::optional<LogHead> head_from(json::Value value) {
    if (!value.is_array() || value.size() != 4) return std::nullopt;
    auto element = value.elements().begin();
    auto const origin = *element;
    auto const number = *++element;
    std::int64_t const size = number.is_number() ? number.integer().value_or(-1) : -1;
    auto const root = digest_from(*++element);
    auto const note = digest_from(*++element);
    if (!origin.is_string() || size < 0 || !root || !note) return std::nullopt;
    return LogHead{origin.text(), static_cast<std::uint64_t>(size), *root, *note};
}

std::optional<std::vector<LogHead>> heads_from(json::Value list) {
    if (!list.is_array()) return std::nullopt;
    std::vector<LogHead> heads;
    for (auto const each : list.elements()) {
        auto head = head_from(each);
        if (!head) return std::nullopt;
        heads.push_back(*std::move(head));
    }
    return heads;
}

}  // namespace

std::optional<std::string> to_text(std::span<LogHead const> heads) {
    std::string out = "[";
    for (auto const& head : heads) {
        if (head.size > static_cast<std::uint64_t>(json::kLargestInteger)) return std::nullopt;
        out.append(out.size() > 1 ? ",[" : "[");
        if (json::append_json_text(out, head.origin) == json::Encoding::refused) {
            return std::nullopt;
        }
        out.push_back(',');
        json::append_json_integer(out, head.size);
        out.append(",\"").append(to_base64(head.root)).append("\",\"");
        out.append(to_base64(head.note)).append("\"]");
    }
    return out.append("]");
}

Result<std::optional<Statement>> statement_in(std::string_view leaf) {
    auto const envelope = parse_leaf(leaf);
    auto const event = "\"ev\":\"" + std::string(name_of(Event::checkpoints).text()) + "\"";
    if (!envelope || !envelope->what.starts_with(event)) return std::optional<Statement>();
    auto const wrong = [] { return fail(Errc::corrupt, "what the parent log says is malformed"); };
    json::Parser parser;
    auto const document = parser.parse("{" + std::string(envelope->what) + "}");
    auto const list = document ? document->root().member("logs") : std::nullopt;
    auto heads = list ? heads_from(*list) : std::nullopt;
    if (!heads) return wrong();
    // One spelling.
    auto const text = to_text(*heads);
    if (!text || list->raw() != *text) return wrong();
    auto const numbers = document->root().member("num");
    bool const full = numbers && numbers->member("full").has_value();
    return std::optional(Statement{*std::move(heads), full});
}

}  // namespace salus::audit
