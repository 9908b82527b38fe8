#include "oauth/answers.h"

#include "json/writer.h"

namespace salus::oauth {

request::Prepared json_answer(std::string body) {
    request::Prepared prepared;
    prepared.headers.set("Content-Type", "application/json");
    prepared.headers.set("Cache-Control", "no-store");
    prepared.headers.set("Pragma", "no-cache");
    prepared.content = request::PlainContent{std::move(body)};
    return prepared;
}

request::Prepared protocol_error(int status, std::string_view code, Literal why) {
    std::string body = R"({"error":)";
    json::append_quoted(body, code);
    body.append(R"(,"error_description":)");
    json::append_quoted(body, why.text());
    auto prepared = json_answer(body + "}");
    prepared.status = status;
    return prepared;
}

}  // namespace salus::oauth
