// Inside the room: what a document of the identity compartment is called, as its index entry.
// Nobody searches there, but whoever seals such a document anew must know its name, because the
// name is in its context (docs/formats/index-entry.md). Values.
#pragma once

#include <optional>
#include <string>

#include "foundation/ephi.h"
#include "records/sealing.h"

namespace salus::records {

// The name of a document whose class is known by it.
struct DocumentLabel {
    DocumentClass document_class = DocumentClass::resource;
    std::string type;
    std::string id;
};

[[nodiscard]] Bytes encode_name(DocumentClass document_class, std::string_view type,
                                std::string_view id);
// Errc::corrupt for anything that encode_name() does not make.
[[nodiscard]] Result<DocumentLabel> decode_name(BytesView entry);

}  // namespace salus::records
