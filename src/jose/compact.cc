#include "jose/compact.h"

#include <algorithm>

#include "foundation/limits.h"
#include "jose/refusal.h"

namespace salus::jose {
namespace {

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    auto const lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

Result<CompactToken> read_compact(std::string_view token) {
    if (token.size() > limits::kTokenBytes) return refuse("the token is too long");
    if (std::ranges::count(token, '.') != 2) return refuse("the token does not have three parts");
    auto const first = token.find('.');
    auto const second = token.find('.', first + 1);
    auto const header = from_base64url(token.substr(0, first));
    auto payload = from_base64url(token.substr(first + 1, second - first - 1));
    auto signature = from_base64url(token.substr(second + 1));
    if (!header || !payload || !signature) return refuse("a token part is not base64url");
    SALUS_TRY(auto document, parse_object(*header, kHeaderLimits));
    return CompactToken{std::move(document), *std::move(payload), *std::move(signature),
                        token.substr(0, second)};
}

Result<json::Document> parse_object(BytesView bytes, json::ParseLimits limits) {
    auto document = json::Parser(limits).parse(std::string(text_of(bytes)));
    if (!document || !document->root().is_object()) return refuse("a token part is not an object");
    return document;
}

bool has_type(json::Value header, std::string_view expected) {
    constexpr std::string_view kPrefix = "application/";
    auto const type = header.text_member("typ").value_or("");
    std::string_view rest = type;
    if (equal_ignoring_case(rest.substr(0, kPrefix.size()), kPrefix)) {
        rest.remove_prefix(kPrefix.size());
    }
    return equal_ignoring_case(rest, expected);
}

}  // namespace salus::jose
