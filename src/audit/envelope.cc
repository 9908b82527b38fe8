#include "audit/envelope.h"

#include <algorithm>
#include <charconv>

#include "json/canonical.h"

namespace salus::audit {
namespace {

void append_quoted(std::string& out, std::string_view key, std::string_view value) {
    out.append(key).append("\"").append(value).append("\"");
}

// Takes one expected thing after the other off the front of a text.
class Cursor {
public:
    explicit Cursor(std::string_view text) : text_(text) {}

    bool take(std::string_view expected) {
        if (!text_.starts_with(expected)) return false;
        text_.remove_prefix(expected.size());
        return true;
    }
    bool take_text(std::string_view& out) {
        if (!take("\"")) return false;
        auto const end = text_.find('"');
        if (end == std::string_view::npos) return false;
        out = text_.substr(0, end);
        text_.remove_prefix(end + 1);
        return true;
    }
    template <class Integer>
    bool take_integer(Integer& out) {
        // from_chars takes leading zeros and "-0", which canonical JSON does not have.
        auto const digits = text_.substr(text_.starts_with('-') ? 1 : 0);
        bool const zero = digits.starts_with('0');
        if (zero && (digits.size() != text_.size() || (digits.size() > 1 && is_digit(digits[1])))) {
            return false;
        }
        auto const [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), out);
        if (error != std::errc{}) return false;
        text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
        return true;
    }
    bool take_digest(crypto::Sha256Digest& out) {
        std::string_view text;
        if (!take_text(text)) return false;
        auto const bytes = from_base64(text);
        if (!bytes || bytes->size() != out.size()) return false;
        std::ranges::copy(*bytes, out.begin());
        return true;
    }
    bool take_members(std::string_view& out) {
        if (!text_.ends_with("}}")) return false;
        out = text_.substr(0, text_.size() - 2);
        return true;
    }

private:
    static bool is_digit(char character) { return character >= '0' && character <= '9'; }

    std::string_view text_;
};

bool take_phase(Cursor& cursor, Envelope& envelope) {
    if (!cursor.take(R"(,"ph":)")) return true;
    if (cursor.take(R"("intent")")) {
        envelope.phase = Phase::intent;
        return true;
    }
    envelope.phase = Phase::outcome;
    return cursor.take(R"("outcome")");
}

bool take_all(Cursor& cursor, Envelope& envelope) {
    if (!cursor.take(R"({"b":)") || !cursor.take_text(envelope.boot)) return false;
    if (cursor.take(R"(,"dh":)") && !cursor.take_digest(envelope.detail.emplace())) return false;
    if (!cursor.take(R"(,"i":)") || !cursor.take_integer(envelope.index)) return false;
    bool const is_outcome = cursor.take(R"(,"in":)");
    if (is_outcome && !cursor.take_integer(envelope.intent)) return false;
    if (!cursor.take(R"(,"m":)") || !cursor.take_integer(envelope.monotonic)) return false;
    if (!cursor.take(R"(,"o":)") || !cursor.take_text(envelope.origin)) return false;
    if (!cursor.take(R"(,"p":)") || !cursor.take_digest(envelope.previous)) return false;
    if (!take_phase(cursor, envelope)) return false;
    if (is_outcome != (envelope.phase == Phase::outcome)) return false;
    if (cursor.take(R"(,"r":)") && !cursor.take_integer(envelope.raw_time.emplace())) return false;
    if (!cursor.take(R"(,"t":)") || !cursor.take_integer(envelope.time)) return false;
    return cursor.take(R"(,"v":1,"what":{)") && cursor.take_members(envelope.what);
}

}  // namespace

void append_leaf(std::string& out, Envelope const& envelope) {
    append_quoted(out, R"({"b":)", envelope.boot);
    if (envelope.detail) append_quoted(out, R"(,"dh":)", to_base64(*envelope.detail));
    out.append(R"(,"i":)");
    json::append_json_integer(out, envelope.index);
    if (envelope.phase == Phase::outcome) {
        out.append(R"(,"in":)");
        json::append_json_integer(out, envelope.intent);
    }
    out.append(R"(,"m":)");
    json::append_json_integer(out, envelope.monotonic);
    append_quoted(out, R"(,"o":)", envelope.origin);
    append_quoted(out, R"(,"p":)", to_base64(envelope.previous));
    if (envelope.phase == Phase::intent) out.append(R"(,"ph":"intent")");
    if (envelope.phase == Phase::outcome) out.append(R"(,"ph":"outcome")");
    if (envelope.raw_time) {
        out.append(R"(,"r":)");
        json::append_json_integer(out, *envelope.raw_time);
    }
    out.append(R"(,"t":)");
    json::append_json_integer(out, envelope.time);
    out.append(R"(,"v":1,"what":{)").append(envelope.what).append("}}");
}

std::optional<Envelope> parse_leaf(std::string_view leaf) {
    Envelope envelope;
    Cursor cursor(leaf);
    if (!take_all(cursor, envelope)) return std::nullopt;
    return envelope;
}

}  // namespace salus::audit
