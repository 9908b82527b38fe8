// What the administrator's commands have in common: one request to a route under /admin, with a
// token of the client that the operator named. Thread safety: one thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "http/message.h"

namespace salus::app {

struct AdministrationOptions {
    std::filesystem::path directory;
    std::string tenant;  // empty: the first
    std::string client = "administrator";
    std::filesystem::path key_file;      // of the client; empty: the administrator's
    std::filesystem::path token_file{};  // an access token instead; empty: one is asked for
};

struct AdministrationCall {
    http::Method method;
    std::string path;  // "/admin/..."
    std::string scope;
    std::string body{};
    std::string content_type = "application/json";
};

// The answer's content if the status is below 300; nothing, and said, if it was refused.
[[nodiscard]] std::optional<std::string> administration_answer(AdministrationOptions const& options,
                                                               AdministrationCall call);

}  // namespace salus::app
