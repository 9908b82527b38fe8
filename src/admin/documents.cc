#include "admin/documents.h"

#include "admin/package_reader.h"
#include "records/add_document.h"

namespace salus::admin {

Result<StoredText> read_document(records::Records& records, records::DocumentClass document_class,
                                 std::string_view type, std::string_view id) {
    SALUS_TRY(auto document, records.get(document_class, type, id));
    if (!document) return StoredText{};
    return StoredText{PackageReader::take(std::move(document->text)), document->version};
}

Result<void> add_document(request::Prepared& prepared, records::Records& records,
                          NewVersion document, WallTime when) {
    records::Change change;
    change.document_class = document.document_class;
    change.type = std::move(document.type);
    change.id = std::move(document.id);
    change.compartment = records.addressing().identity_compartment();
    change.version = document.version;
    change.when = when;
    change.text = EphiText(std::move(document.text));
    return records::add_document(records, change, prepared);
}

request::Prepared json_answer(std::string text, int status) {
    request::Prepared prepared;
    prepared.status = status;
    prepared.headers.set("Content-Type", "application/json");
    prepared.content = request::PlainContent{std::move(text)};
    return prepared;
}

}  // namespace salus::admin
