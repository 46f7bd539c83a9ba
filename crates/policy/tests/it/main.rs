mod passkey_cases;
mod passkey_documents;
mod passkey_properties;
