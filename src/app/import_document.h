// What one file of an import asks of the server. Thread safety: free functions and values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/message.h"

namespace salus::app {

struct ImportDocument {
    http::Method method = http::Method::post;
    std::string target;
    // The resources that are replaced, patched or deleted: "Patient/1", or a condition as it is
    // written. What is only created names nothing that another file could also change.
    std::vector<std::string> changes;
};

// A transaction goes to the base; a resource is put where its id says, or posted to its type.
// Nothing if the text is neither.
std::optional<ImportDocument> read_import_document(std::string const& text);

}  // namespace salus::app
