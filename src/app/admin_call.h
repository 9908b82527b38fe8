// One request of the command line to an instance's /admin routes, over the server if it runs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "http/message.h"

namespace salus::app {

// Who asks which instance.
struct AdminOptions {
    std::filesystem::path directory;
    std::string tenant;  // empty: the first
    std::string client = "administrator";
    std::filesystem::path key_file;  // of the client; empty: the administrator's
};

struct AdminCall {
    http::Method method = http::Method::get;
    std::string path;   // below /admin
    std::string scope;  // to be asked for
    std::string content_type{};
    std::string body{};
};

// The instance's answer as text; nothing, and said, if it refused.
[[nodiscard]] std::optional<std::string> answer_to(AdminOptions const& options, AdminCall call);

}  // namespace salus::app
